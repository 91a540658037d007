#include "store/trace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "base/quiet_thread.hpp"
#include "store/disk_error.hpp"

namespace xget::store {
namespace {

constexpr auto kWriteEvery = std::chrono::milliseconds(200);
constexpr std::size_t kWorthWriting = 256ULL << 10;  // before that time is over

constexpr std::string_view kOpening = "[\n";

// Whether a file that is there may be replaced: a slip in a name must not cost anything but an
// older timeline.
bool may_be_replaced(const std::string& path) {
  struct stat status {};
  const bool regular = ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
  if (!regular || status.st_size == 0) return true;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, kOpening.size()> begin{};
  const ssize_t length =
      uninterrupted([&] { return ::read(file.get(), begin.data(), begin.size()); });
  return length > 0 && std::string_view(begin.data(), static_cast<std::size_t>(length)) == kOpening;
}

}  // namespace

Result<std::unique_ptr<TraceFile>> TraceFile::create(const std::string& path) {
  if (!may_be_replaced(path)) {
    return fail(disk_error("write the trace", path, "it exists, and is no timeline"));
  }
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
  if (!file.valid()) return fail(disk_error("write the trace", path, errno));
  return std::unique_ptr<TraceFile>(new TraceFile(std::move(file), path));
}

TraceFile::TraceFile(Descriptor file, std::string path)
    : path_(std::move(path)), file_(std::move(file)), waiting_(kOpening) {
  thread_ = start_without_signals([this] { run(); });
}

TraceFile::~TraceFile() { static_cast<void>(end()); }

void TraceFile::add(std::string_view event) {
  const std::lock_guard lock(mutex_);
  if (ending_) return;
  if (waiting_.size() + event.size() > kMostWaiting) {
    ++left_out_;
    return;
  }
  if (std::exchange(any_, true)) waiting_ += ",\n";
  waiting_ += event;
  if (waiting_.size() >= kWorthWriting) work_.notify_one();
}

Result<void> TraceFile::end() {
  const std::lock_guard only_one(end_);
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(ending_, true)) waiting_ += "\n]\n";
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (failed_) return fail(disk_error("write the trace", path_, error_));
  if (left_out_ == 0) return {};
  return fail(disk_error("write the trace", path_,
                         std::to_string(left_out_) + " events are missing: the disk was too slow"));
}

void TraceFile::run() noexcept {
  std::unique_lock lock(mutex_);
  for (bool last = false; !last;) {
    work_.wait_for(lock, kWriteEvery,
                   [this] { return ending_ || waiting_.size() >= kWorthWriting; });
    last = ending_;
    const std::string text = std::exchange(waiting_, {});
    lock.unlock();
    write(text);
    lock.lock();
  }
}

void TraceFile::write(std::string_view text) {
  while (!text.empty() && !failed_) {
    const ssize_t written =
        uninterrupted([&] { return ::write(file_.get(), text.data(), text.size()); });
    if (written < 0) {
      error_ = errno;
      failed_ = true;
      return;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace xget::store
