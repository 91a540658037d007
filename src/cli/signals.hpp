// SIGINT, SIGTERM and SIGHUP: the first asks for an orderly end, the second ends at once.
#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace xget::cli {

// Blocks the three signals in this thread, and so in every thread made from it later, and ignores
// SIGPIPE and SIGXFSZ, so that such writes fail. A signal that the parent ignores (nohup, a shell's
// background job) stays ignored. To be called before any other thread is made. Returns the signals
// that were blocked.
sigset_t block_ending_signals();

// Waits for the blocked signals on a thread of its own for as long as it lives.
class SignalWatch {
 public:
  // Both are called on the watching thread, at most once. At a second signal (not one that comes
  // along with the first) the process leaves with ExitCode::Interrupted, right after `on_second`;
  // nothing else is cleaned up.
  SignalWatch(const sigset_t& signals, std::function<void()> on_first,
              std::function<void()> on_second);
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

 private:
  void watch();

  sigset_t waited_for_;
  std::function<void()> on_first_;
  std::function<void()> on_second_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace xget::cli
