#include "xget/input_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

#include "api/option_error.hpp"
#include "base/descriptor.hpp"
#include "base/metalink_name.hpp"
#include "base/text.hpp"
#include "formats/input_list.hpp"
#include "formats/input_object.hpp"

namespace xget {
namespace {

constexpr std::size_t kReadSize = 64 << 10;
constexpr const char* kNoStandardOutput = "standard output takes one URL alone, and none of a list";

std::string words_for(int number) { return std::generic_category().message(number); }

JobSpec job_of(formats::ListedFile file, const JobSpec& common) {
  JobSpec job = common;
  job.url = std::move(file.urls.front());
  job.mirrors.assign(std::make_move_iterator(file.urls.begin() + 1),
                     std::make_move_iterator(file.urls.end()));
  job.output = std::move(file.out);
  job.checksum = std::move(file.checksum);
  job.size = file.size;
  if (file.metalink) job.metalink = MetalinkUse::Always;
  if (!file.dir.empty()) job.folder = std::move(file.dir);
  if (!file.referer.empty()) job.referer = std::move(file.referer);
  if (!file.user_agent.empty()) job.user_agent = std::move(file.user_agent);
  if (!file.user.empty()) job.user_password = file.user + ":" + file.password;
  job.headers.insert(job.headers.end(), file.headers.begin(), file.headers.end());
  return job;
}

// By its name, or since no entry of a list begins as XML does. What is no regular file may be read
// but once, and is a list.
bool is_metalink_file(int file, const struct stat& status, const std::string& path) {
  if (!S_ISREG(status.st_mode)) return false;
  if (is_metalink_name(path)) return true;
  constexpr std::string_view kBefore("\xef\xbb\xbf \t\r\n");  // a byte order mark, and white space
  std::array<char, 64> beginning{};
  const ssize_t count =
      uninterrupted([&] { return ::pread(file, beginning.data(), beginning.size(), 0); });
  const std::string_view text(beginning.data(),
                              static_cast<std::size_t>(std::max<ssize_t>(0, count)));
  const auto first = text.find_first_not_of(kBefore);
  return first != std::string_view::npos && text[first] == '<';
}

}  // namespace

class InputFile::Impl {
 public:
  Impl(Descriptor file, Descriptor interrupted, std::string name, JobSpec common)
      : file_(std::move(file)),
        interrupted_(std::move(interrupted)),
        name_(std::move(name)),
        common_(std::move(common)),
        list_(name_) {}

  // The list is this Metalink, and what it describes is one job's to find out.
  void stands_for(std::string metalink) {
    metalink_ = common_;
    metalink_->url = std::move(metalink);
    metalink_->metalink = MetalinkUse::Always;
    ended_ = true;
  }

  std::optional<Result<JobSpec>> next() {
    if (auto metalink = std::exchange(metalink_, std::nullopt)) return *std::move(metalink);
    lines_.clear();
    while (true) {
      if (auto entry = list_.pop()) {
        lines_ = list_.lines();
        if (!*entry) return fail(std::move(entry->error()));
        if ((*entry)->out == "-") return refuse_standard_output(**entry);
        const std::size_t line = (*entry)->line;
        JobSpec job = job_of(**std::move(entry), common_);
        job.listed_at = place_of(line);
        return job;
      }
      if (ended_) return std::nullopt;
      if (auto read = read_more(); !read) {
        ended_ = true;
        return fail(std::move(read.error()));
      }
    }
  }

  // A write to an eventfd fails only where it has been written to more often than there are
  // numbers.
  void interrupt() { static_cast<void>(::eventfd_write(interrupted_.get(), 1)); }

  [[nodiscard]] const std::string& lines() const { return lines_; }

 private:
  [[nodiscard]] tl::unexpected<Error> refuse_standard_output(
      const formats::ListedFile& file) const {
    return api::option_error(place_of(file.line), kNoStandardOutput);
  }

  [[nodiscard]] std::string place_of(std::size_t line) const {
    return name_ + ":" + std::to_string(line);
  }

  Result<void> read_more() {
    if (interrupted_while_waiting()) {
      ended_ = true;
      return {};
    }
    const ssize_t count =
        uninterrupted([&] { return ::read(file_.get(), buffer_.data(), buffer_.size()); });
    if (count < 0) {
      return fail({.code = ErrorCode::Disk,
                   .operation = "read the list",
                   .subject = name_,
                   .number = errno,
                   .cause = words_for(errno)});
    }
    if (count == 0) return finish();
    return take(std::string_view(buffer_.data(), static_cast<std::size_t>(count)));
  }

  bool interrupted_while_waiting() {
    std::array<pollfd, 2> watched{{{interrupted_.get(), POLLIN, 0}, {file_.get(), POLLIN, 0}}};
    uninterrupted([&] { return ::poll(watched.data(), watched.size(), -1); });
    return watched.front().revents != 0;
  }

  // A line with a NUL is of no text: of some other file each line would be asked for as a host.
  Result<void> take(std::string_view bytes) {
    while (!bytes.empty()) {
      const std::size_t newline = bytes.find('\n');
      const std::string_view part = bytes.substr(0, newline);
      if (part.find('\0') != std::string_view::npos) {
        return api::option_error("--input-file", name_ + " is no list: there is a NUL in it");
      }
      keep(part);
      if (newline == std::string_view::npos) return {};
      list_.take(line_);
      line_.clear();
      bytes.remove_prefix(newline + 1);
    }
    return {};
  }

  // One byte more than a line may have shows that it is too long.
  void keep(std::string_view bytes) {
    constexpr std::size_t kMost = formats::kLongestListLine + 1;
    line_.append(bytes.substr(0, kMost - std::min(kMost, line_.size())));
  }

  Result<void> finish() {
    ended_ = true;
    if (!line_.empty()) list_.take(line_);
    list_.end();
    return {};
  }

  const Descriptor file_;
  const Descriptor interrupted_;
  const std::string name_;
  const JobSpec common_;
  std::optional<JobSpec> metalink_;
  formats::InputList list_;
  std::string lines_;  // of the entry that was given last
  std::string line_;   // what has come of it
  std::array<char, kReadSize> buffer_{};
  bool ended_ = false;
};

Result<InputFile> InputFile::open(const std::string& path, JobSpec common) {
  const auto refuse = [&](int number) {
    return api::option_error("--input-file", printable(path) + ": " + words_for(number));
  };
  const bool standard_input = path == "-";
  Descriptor file(standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!file.valid()) return refuse(errno);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return refuse(errno);
  if (S_ISDIR(status.st_mode)) return refuse(EISDIR);
  Descriptor interrupted(::eventfd(0, EFD_CLOEXEC));
  if (!interrupted.valid()) return refuse(errno);
  const bool metalink = !standard_input && common.metalink != MetalinkUse::Never &&
                        is_metalink_file(file.get(), status, path);
  auto impl = std::make_unique<Impl>(std::move(file), std::move(interrupted),
                                     standard_input ? "standard input" : printable(path),
                                     std::move(common));
  if (metalink) impl->stands_for(path);
  return InputFile(std::move(impl));
}

InputFile::InputFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
InputFile::~InputFile() = default;
InputFile::InputFile(InputFile&&) noexcept = default;
InputFile& InputFile::operator=(InputFile&&) noexcept = default;

std::optional<Result<JobSpec>> InputFile::next() { return impl_->next(); }
const std::string& InputFile::lines() const { return impl_->lines(); }
void InputFile::interrupt() { impl_->interrupt(); }

Result<JobSpec> listed_job(std::string_view object, const JobSpec& common) {
  auto file = formats::parse_input_object(object);
  if (!file) return fail(std::move(file.error()));
  if (file->out == "-") return api::option_error("", kNoStandardOutput);
  return job_of(*std::move(file), common);
}

}  // namespace xget
