#include "cli/session_draft.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kWriteSize = 64 << 10;

int sync_folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.valid()) return errno;
  return ::fsync(opened.get()) == 0 ? 0 : errno;
}

}  // namespace

int write_all(int descriptor, std::string_view text, std::uint64_t offset) {
  while (!text.empty()) {
    const ssize_t count = uninterrupted(
        [&] { return ::pwrite(descriptor, text.data(), text.size(), static_cast<off_t>(offset)); });
    if (count < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return 0;
}

tl::unexpected<Error> session_error(const std::string& path, const char* operation, int number) {
  return fail({.code = ErrorCode::Disk,
               .operation = operation,
               .subject = printable(path),
               .number = number,
               .cause = std::generic_category().message(number)});
}

Result<SessionDraft> SessionDraft::create(const std::string& path) {
  std::string name = path + ".new";
  if (::unlink(name.c_str()) != 0 && errno != ENOENT) return session_error(name, "remove", errno);
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  Descriptor file(uninterrupted([&] { return ::open(name.c_str(), kFlags, kSessionMode); }));
  if (!file.valid()) return session_error(name, "create", errno);
  SessionDraft draft(path, name, std::move(file));
  if (::flock(draft.file_.get(), LOCK_EX | LOCK_NB) != 0) {
    return session_error(name, "lock", errno);
  }
  return draft;
}

SessionDraft::SessionDraft(std::string path, std::string name, Descriptor file)
    : path_(std::move(path)), name_(std::move(name)), file_(std::move(file)) {}

SessionDraft::~SessionDraft() {
  if (file_.valid()) ::unlink(name_.c_str());
}

void SessionDraft::add(std::string_view line) {
  buffer_.append(line).push_back('\n');
  if (buffer_.size() >= kWriteSize) write_out();
}

void SessionDraft::write_out() {
  if (broken_ == 0) broken_ = write_all(file_.get(), buffer_, size_);
  size_ += buffer_.size();
  buffer_.clear();
}

Result<Descriptor> SessionDraft::put_in_place() {
  write_out();
  if (broken_ == 0 && ::fdatasync(file_.get()) != 0) broken_ = errno;
  if (broken_ != 0) return session_error(path_, "write", broken_);
  if (::rename(name_.c_str(), path_.c_str()) != 0) return session_error(path_, "replace", errno);
  Descriptor file = std::exchange(file_, Descriptor());
  if (const int number = sync_folder_of(path_)) return session_error(path_, "sync", number);
  return file;
}

}  // namespace xget::cli
