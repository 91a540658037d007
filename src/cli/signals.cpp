#include "cli/signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/stopwatch.hpp"
#include "cli/terminal.hpp"

namespace xget::cli {
namespace {

// Wakes the watching thread. Ignored by default, so that it does no harm from elsewhere.
constexpr int kWakeUp = SIGURG;

// timeout(1) and others send the signal to the process and then to its group: that is one request.
constexpr Duration kOneRequest = std::chrono::milliseconds(200);

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

[[noreturn]] void leave_at_once() {
  if (can_redraw()) print_error("\n");  // the shell's prompt gets a line of its own
  ::_exit(static_cast<int>(ExitCode::Interrupted));
}

}  // namespace

sigset_t block_ending_signals() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, nullptr);
  ::sigaction(SIGXFSZ, &ignore, nullptr);  // the write fails with EFBIG, which is reported

  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!is_ignored(signal)) sigaddset(&signals, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

SignalWatch::SignalWatch(const sigset_t& signals, std::function<void()> on_first,
                         std::function<void()> on_second)
    : waited_for_(signals), on_first_(std::move(on_first)), on_second_(std::move(on_second)) {
  sigaddset(&waited_for_, kWakeUp);
  // The new thread inherits the mask: nothing can reach it before it waits.
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, &waited_for_, &before);
  thread_ = std::thread([this] { watch(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

SignalWatch::~SignalWatch() {
  stopping_ = true;
  ::pthread_kill(thread_.native_handle(), kWakeUp);
  thread_.join();
}

void SignalWatch::watch() {
  std::optional<Stopwatch> since_first;
  while (!stopping_) {
    int signal = 0;
    if (::sigwait(&waited_for_, &signal) != 0 || signal == kWakeUp) continue;
    if (since_first && since_first->elapsed() > kOneRequest) {
      on_second_();
      leave_at_once();
    }
    if (since_first) continue;
    since_first.emplace();
    on_first_();
  }
}

}  // namespace xget::cli
