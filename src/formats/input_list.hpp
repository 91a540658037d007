// Input lists: what to download, an entry a file, in aria2's format or as JSON objects (NDJSON),
// mixed as one likes:
//
//   URL<TAB>URL...          URLs of one file: the first, and mirrors of it
//     out=NAME              indented: options of the file above
//   # comment
//   {"url": "URL", "mirrors": ["URL"], "out": "NAME", "headers": ["Name: value"]}
//
// Options: out, dir, checksum (ALGO=HEX or ALGO:HEX), header (repeatable), referer, user-agent,
// http-user, http-passwd; an object has them too, with _ for - (headers for header), and size and
// metalink. Those of
// aria2's that only say how fast or how often something is tried are passed over. Any other refuses
// its entry, since leaving out what was asked for could put wrong bytes somewhere.
//
// A list is read line by line and never held: an entry with options ends where the next line that
// is not indented begins, an object at the end of its line. Thread: one; no I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xget/error.hpp"

namespace xget::formats {

inline constexpr std::size_t kLongestListLine = 1 << 20;  // bytes
inline constexpr std::size_t kMostListOptions = 1000;     // of one entry

struct ListedFile {
  std::size_t line = 0;           // where its entry begins, from 1
  std::vector<std::string> urls;  // at least one; the others are mirrors
  std::string out;
  std::string dir;
  std::string checksum;  // "ALGO:HEX" or "ALGO=HEX", unchecked
  std::vector<std::string> headers;
  std::string referer;
  std::string user_agent;
  std::string user;
  std::string password;
  std::optional<std::uint64_t> size;
  bool metalink = false;  // whatever its name: it stands for the files that it describes
};

class InputList {
 public:
  // `name` is what the list is called in errors: "NAME:LINE" is their subject.
  explicit InputList(std::string name) : name_(std::move(name)) {}

  // The next line, without its newline. Longer ones than kLongestListLine refuse their entry.
  void take(std::string_view line);
  void end();  // of the list: the last entry is whole

  // The next whole entry; nullopt: none yet. An error (Usage) is of one entry alone; its text has
  // nothing of a value, which may be a secret.
  std::optional<Result<ListedFile>> pop();

  // The lines of the entry that pop() gave last, as they stand in the list, for who hands a refused
  // one back to be corrected. Empty where they are longer than kLongestListLine together.
  [[nodiscard]] const std::string& lines() const { return popped_lines_; }

 private:
  struct Whole {
    Result<ListedFile> file;
    std::string lines;
  };
  void take_urls(std::string_view line);
  void take_object(std::string_view line);
  void take_option(std::string_view line);
  void refuse(std::size_t line, std::string cause, std::string remedy = "");
  void keep_line(std::string_view line);
  void finish_entry();

  std::string name_;
  std::size_t line_ = 0;
  std::optional<Result<ListedFile>> entry_;  // whose options may follow
  std::size_t options_ = 0;                  // of it
  std::string lines_;                        // of it
  bool lines_kept_ = true;                   // all of them
  std::deque<Whole> whole_;
  std::string popped_lines_;
};

}  // namespace xget::formats
