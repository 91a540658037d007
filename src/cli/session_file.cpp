#include "cli/session_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "cli/list_entry.hpp"
#include "cli/session_draft.hpp"
#include "cli/usage_error.hpp"
#include "xget/input_file.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOption = "--session";
constexpr const char* kFirstLine = "# what is still to be downloaded: xget --session FILE goes on";
constexpr std::size_t kReadSize = 64 << 10;
// As long as a line of any list may be.
constexpr std::size_t kLongestEntry = 1 << 20;
// All of its entries are finished, and it is longer than that: it begins again, since a list may be
// without end.
constexpr std::uint64_t kLongEnough = 1 << 20;

tl::unexpected<Error> refuse(const std::string& path, const std::string& cause,
                             const std::string& remedy = "") {
  return refuse_usage(kOption, printable(path) + ": " + cause, remedy);
}

std::string words_for(int number) { return std::generic_category().message(number); }

// The entry says all of it. What is no UTF-8 cannot be said in JSON.
bool says_all(const JobSpec& said, const JobSpec& job) {
  return said.url == job.url && said.mirrors == job.mirrors && said.output == job.output &&
         said.folder == job.folder && said.headers == job.headers && said.referer == job.referer &&
         said.user_agent == job.user_agent && said.user_password == job.user_password &&
         said.checksum == job.checksum;
}

// A kill came while it was added: whoever added it knows nothing of its being there.
bool is_torn(const std::string& last_line, const JobSpec& common) {
  return last_line.starts_with('{') && !listed_job(last_line, common);
}

void add_head(SessionDraft& draft, const ListPositions& positions) {
  draft.add(kFirstLine);
  for (const ListPosition& position : positions.all()) draft.add(position.line());
  draft.add(kEntriesLine);
}

// A path means the same wherever the next run begins.
void make_absolute(JobSpec& job) {
  std::error_code error;
  if (!fs::path(job.output).is_absolute()) {
    const fs::path folder = fs::absolute(job.folder.empty() ? "." : job.folder, error);
    if (!error) job.folder = (folder / "").lexically_normal().parent_path().string();
  }
  if (!is_metalink(job) || !fs::exists(job.url, error)) return;
  const fs::path metalink = fs::absolute(job.url, error);
  if (!error) job.url = metalink.lexically_normal().string();
}

}  // namespace

SessionFile::SessionFile(std::string path, JobSpec common)
    : path_(std::move(path)), common_(std::move(common)) {}

Result<std::unique_ptr<SessionFile>> SessionFile::open(const std::string& path,
                                                       const std::vector<JobSpec>& words,
                                                       JobSpec common, bool make) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(fs::absolute(path, error), error);
  if (error) return refuse(path, error.message());
  std::unique_ptr<SessionFile> file(new SessionFile(whole.string(), std::move(common)));
  if (auto locked = file->lock(make); !locked) return fail(std::move(locked.error()));
  if (auto loaded = file->load(words); !loaded) return fail(std::move(loaded.error()));
  return file;
}

// Whoever replaces the file has locked the new one before: what has the name by now counts.
Result<void> SessionFile::lock(bool make) {
  while (true) {
    file_ = Descriptor(uninterrupted([&] {
      return ::open(path_.c_str(), O_RDWR | (make ? O_CREAT : 0) | O_CLOEXEC | O_NOCTTY,
                    kSessionMode);
    }));
    if (!file_.valid() && errno == ENOENT && !make) {
      return refuse(path_, "it is not there, and no URL was given");
    }
    if (!file_.valid()) return refuse(path_, words_for(errno));
    struct stat opened {};
    if (::fstat(file_.get(), &opened) != 0) return refuse(path_, words_for(errno));
    if (!S_ISREG(opened.st_mode)) return refuse(path_, "it is no file");
    if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return refuse(path_, "it cannot be locked: " + words_for(errno));
      return fail({.code = ErrorCode::Busy,
                   .operation = "",
                   .subject = kOption,
                   .cause = printable(path_) + ": another xget works on it"});
    }
    struct stat named {};
    if (::stat(path_.c_str(), &named) == 0 && named.st_dev == opened.st_dev &&
        named.st_ino == opened.st_ino) {
      return {};
    }
  }
}

// It is rewritten, and goes at the end: notes of somebody, whose lines might be taken for hosts,
// must not.
Result<void> SessionFile::check_is_list(const JobSpec& job) const {
  if (begun_here_ || job.url.find("://") != std::string::npos || is_metalink(job)) return {};
  return refuse(path_, "xget did not begin it, and \"" + printable(job.url) + "\" is no URL",
                "write https:// before it, if it is");
}

Result<void> SessionFile::read_positions() {
  std::ifstream lines(path_);
  std::uint64_t begin = 0;
  for (std::string line; std::getline(lines, line); begin += line.size() + 1) {
    begun_here_ = begun_here_ || line == kFirstLine;
    if (lines.eof() && is_torn(line, common_)) {
      if (::ftruncate(file_.get(), static_cast<off_t>(begin)) != 0)
        return disk_error("write", errno);
      return {};
    }
    positions_.take(line);
  }
  return {};
}

// Reads it as any list, since a user may have written it, and writes it as this run needs it.
Result<void> SessionFile::load(const std::vector<JobSpec>& words) {
  if (auto read = read_positions(); !read) return read;
  auto list = InputFile::open(path_, common_);
  if (!list) return refuse(path_, list.error().cause);
  auto draft = SessionDraft::create(path_);
  if (!draft) return fail(std::move(draft.error()));
  add_head(*draft, positions_);
  std::vector<std::string> added;
  for (const JobSpec& word : words) {
    auto entry = checked_entry(word);
    if (!entry) return fail(std::move(entry.error()));
    added.push_back(*std::move(entry));
  }
  const auto keep = [&](const std::string& entry) {
    draft->add(entry);
    ++waiting_;
  };
  while (auto job = list->next()) {
    if (!*job) return fail(std::move(job->error()));
    if (auto sound = check_is_list(**job); !sound) return sound;
    const auto entry = checked_entry(**job);
    if (!entry) return fail(entry.error());
    added.erase(std::remove(added.begin(), added.end(), *entry), added.end());
    keep(*entry);
  }
  std::for_each(added.begin(), added.end(), keep);
  auto file = draft->put_in_place();
  if (!file) return fail(std::move(file.error()));
  file_ = *std::move(file);
  size_ = draft->size();
  return {};
}

std::string SessionFile::entry_of(JobSpec job) const {
  make_absolute(job);
  return list_entry(job, common_);
}

Result<std::string> SessionFile::checked_entry(const JobSpec& job) const {
  constexpr std::string_view kReplaced = "\xEF\xBF\xBD";
  std::string entry = entry_of(job);
  if (entry.size() > kLongestEntry) return refuse(path_, "an entry is longer than 1 MiB");
  if (entry.find(kReplaced) == std::string::npos) return entry;
  JobSpec meant = job;
  make_absolute(meant);
  const auto said = listed_job(entry, common_);
  if (said && says_all(*said, meant)) return entry;
  return refuse(path_, "it cannot hold what is no UTF-8", "write such bytes of a URL as %XX");
}

tl::unexpected<Error> SessionFile::disk_error(const char* operation, int number) const {
  return session_error(path_, operation, number);
}

// ---- adding ---------------------------------------------------------------------------------

Result<void> SessionFile::begin_list(const ListPosition& position) {
  const std::lock_guard lock(mutex_);
  return append(position.line());
}

Result<void> SessionFile::add(const JobSpec& job) {
  const auto entry = checked_entry(job);
  if (!entry) return fail(entry.error());
  const std::lock_guard lock(mutex_);
  if (auto appended = append(*entry); !appended) return appended;
  ++waiting_;
  changed_.notify_all();
  return {};
}

// Half a line must not stay: what is added later would be one with it.
Result<void> SessionFile::append(const std::string& line) {
  const std::string text = line + "\n";
  if (const int number = write_all(file_.get(), text, size_)) {
    static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>(size_)) == 0);
    return disk_error("write", number);
  }
  size_ += text.size();
  positions_.take(line);
  return {};
}

void SessionFile::no_more() {
  const std::lock_guard lock(mutex_);
  no_more_ = true;
  if (::fdatasync(file_.get()) != 0 && broken_ == 0) broken_ = errno;
  changed_.notify_all();
}

// ---- taking ---------------------------------------------------------------------------------

std::optional<QueuedJob> SessionFile::next() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopped_ || no_more_ || next_place() < size_; });
    if (stopped_) return std::nullopt;
    const QueuePlace place = next_place();
    auto line = take_line();
    if (!line) return std::nullopt;
    if (!line->starts_with('{')) continue;
    auto job = listed_job(*line, common_);
    return QueuedJob{place, *std::move(line), std::move(job)};
  }
}

// nullopt: there is none to come, or the file cannot be read on, which end() tells.
std::optional<std::string> SessionFile::take_line() {
  while (true) {
    if (const auto newline = buffer_.find('\n', given_); newline != std::string::npos) {
      std::string line = buffer_.substr(given_, newline - given_);
      given_ = newline + 1;
      return line;
    }
    if (!read_more()) return std::nullopt;
  }
}

bool SessionFile::read_more() {
  buffer_.erase(0, std::exchange(given_, 0));
  const std::size_t held = buffer_.size();
  const std::size_t more = std::min<std::uint64_t>(kReadSize, size_ - read_);
  buffer_.resize(held + more);
  const ssize_t count = uninterrupted(
      [&] { return ::pread(file_.get(), buffer_.data() + held, more, static_cast<off_t>(read_)); });
  if (count < 0 && broken_ == 0) broken_ = errno;
  buffer_.resize(held + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  read_ += buffer_.size() - held;
  return count > 0;
}

void SessionFile::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

// ---- what is finished -----------------------------------------------------------------------

// A mark that could not be written means that the file is asked for again, and found complete.
void SessionFile::finished(QueuePlace place) {
  const std::lock_guard lock(mutex_);
  --waiting_;
  int number = write_all(file_.get(), std::string_view(&kFinished, 1), place);
  const bool all_read = next_place() == size_;
  if (number == 0 && waiting_ == 0 && all_read && size_ > kLongEnough) number = begin_again();
  if (broken_ == 0) broken_ = number;
}

int SessionFile::begin_again() {
  std::string text = std::string(kFirstLine) + "\n";
  for (const ListPosition& position : positions_.all()) text += position.line() + "\n";
  if (::ftruncate(file_.get(), 0) != 0) return errno;
  size_ = read_ = text.size();
  buffer_.clear();
  given_ = 0;
  return write_all(file_.get(), text, 0);
}

Result<std::uint64_t> SessionFile::end(bool complete) {
  const std::lock_guard lock(mutex_);
  if (waiting_ == 0 && complete) {
    if (::unlink(path_.c_str()) != 0) return disk_error("remove", errno);
    return 0;
  }
  if (auto kept = keep_what_waits(); !kept) return fail(std::move(kept.error()));
  return waiting_;
}

Result<void> SessionFile::keep_what_waits() {
  auto draft = SessionDraft::create(path_);
  if (!draft) return fail(std::move(draft.error()));
  read_ = given_ = 0;
  buffer_.clear();
  add_head(*draft, positions_);
  while (const auto line = take_line()) {
    if (line->starts_with('{')) draft->add(*line);
  }
  if (broken_ != 0) return disk_error("write", broken_);
  auto file = draft->put_in_place();
  if (!file) return fail(std::move(file.error()));
  file_ = *std::move(file);
  return {};
}

}  // namespace xget::cli
