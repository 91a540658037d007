#include "cli/event_stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>
#include <utility>

#include "cli/event_json.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {

Result<void> take_event_descriptor(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags == -1 || (flags & O_ACCMODE) == O_RDONLY) {
    return refuse_usage("--json-fd", std::to_string(descriptor) + " is not open for writing",
                        "let the shell open it: " + std::to_string(descriptor) + ">FILE");
  }
  if (descriptor > STDERR_FILENO) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return {};
}

EventStream::EventStream(int descriptor, std::function<void(std::string_view)> complain,
                         Milliseconds patience)
    : descriptor_(descriptor), complain_(std::move(complain)), patience_(patience) {}

void EventStream::start(Duration now) { add(start_json(now), now); }

void EventStream::on_event(const Event& event, Duration now) {
  write_what_fits();
  const bool is_behind = waiting_bytes_ > kMostWaitingWithProgress;
  if (is_behind && std::holds_alternative<Progress>(event)) return;
  add(event_json(event, now), now);
}

void EventStream::end(ExitCode code, Duration now) {
  add(end_json(code, now), now);
  while (!waiting_.empty() && write_some(patience_)) {
  }
  if (!broken_ && !waiting_.empty()) give_up("their reader takes no more of them");
  if (left_out_ == 0) return;
  complain_("xget: the reader of --json was too slow: " + std::to_string(left_out_) +
            " events were left out\n");
}

void EventStream::add(std::string line, Duration now) {
  if (broken_) return;
  if (waiting_bytes_ + line.size() > kMostWaiting) {
    ++untold_;
    ++left_out_;
    return;
  }
  if (untold_ > 0) wait_with(lost_json(std::exchange(untold_, 0), now));
  wait_with(std::move(line));
  write_what_fits();
}

void EventStream::wait_with(std::string line) {
  waiting_.push_back(std::move(line) + "\n");
  waiting_bytes_ += waiting_.back().size();
}

void EventStream::write_what_fits() {
  while (!waiting_.empty() && write_some(Milliseconds(0))) {
  }
}

bool EventStream::write_some(Milliseconds wait) {
  pollfd ready{.fd = descriptor_, .events = POLLOUT, .revents = 0};
  const int count = ::poll(&ready, 1, static_cast<int>(wait.count()));
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  const std::string& line = waiting_.front();
  // So much has room wherever anything has: the write does not block.
  const std::size_t length = std::min<std::size_t>(line.size() - written_, PIPE_BUF);
  const ssize_t written = ::write(descriptor_, line.data() + written_, length);
  if (written < 0 && errno == EINTR) return true;
  if (written < 0 && errno == EAGAIN) return false;
  if (written < 0) {
    give_up(errno == EPIPE ? "nobody reads them" : std::generic_category().message(errno));
    return false;
  }
  written_ += static_cast<std::size_t>(written);
  if (written_ < line.size()) return true;
  waiting_bytes_ -= line.size();
  waiting_.pop_front();
  written_ = 0;
  return true;
}

void EventStream::give_up(const std::string& why) {
  broken_ = true;
  waiting_.clear();
  waiting_bytes_ = 0;
  complain_("xget: no more events of --json are written: " + why +
            "; downloads are not affected\n");
}

}  // namespace xget::cli
