// SessionDraft: a session file (session_file.hpp) that is to replace another in one step: whoever
// looks finds the old one or the new one, after a crash too. Thread: one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// Others may not read it: a list may hold logins.
inline constexpr unsigned int kSessionMode = 0600;

class SessionDraft {
 public:
  // PATH.new, which nobody else uses while PATH is locked; locked itself. Fails with Disk.
  static Result<SessionDraft> create(const std::string& path);
  ~SessionDraft();  // removes what was not put in place
  SessionDraft(SessionDraft&&) noexcept = default;
  SessionDraft& operator=(SessionDraft&&) = delete;

  void add(std::string_view line);  // what fails is told by put_in_place()
  [[nodiscard]] std::uint64_t size() const { return size_; }

  // Synced, under PATH's name. Returns the file, still locked. Fails with Disk; PATH is then as it
  // was, or the new one where only the folder's sync failed. Last.
  Result<Descriptor> put_in_place();

 private:
  SessionDraft(std::string path, std::string name, Descriptor file);
  void write_out();

  std::string path_;
  std::string name_;
  Descriptor file_;
  std::string buffer_;
  std::uint64_t size_ = 0;
  int broken_ = 0;  // errno
};

// All of it at that offset. Returns errno, or 0.
int write_all(int descriptor, std::string_view text, std::uint64_t offset);

// In one place, so that all name the file alike.
tl::unexpected<Error> session_error(const std::string& path, const char* operation, int number);

}  // namespace xget::cli
