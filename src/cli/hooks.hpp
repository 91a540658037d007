// Programs of the user's that are run when a file is complete or a download has failed. They are
// run one after the other beside the downloads, which never wait for them; what becomes of one is
// told at the end.
#pragma once

#include <sys/eventfd.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/child_process.hpp"
#include "base/descriptor.hpp"
#include "xget/event.hpp"

namespace xget::cli {

// The words of each; empty: none.
struct HookCommands {
  std::vector<std::string> on_complete;
  std::vector<std::string> on_error;
};

// What became of those that failed, in words.
struct HookFailures {
  std::vector<std::string> told;  // at most kMostTold
  std::uint64_t untold = 0;       // besides

  [[nodiscard]] bool any() const { return !told.empty(); }
};

// Thread: all but stop(), which any may call, from the one that made it.
class Hooks {
 public:
  static constexpr std::size_t kMostWaiting = 10'000;
  static constexpr std::size_t kMostTold = 20;
  using Run = std::function<Result<ChildOutcome>(const ChildSpec&)>;

  explicit Hooks(HookCommands commands, Run run = run_child);
  ~Hooks();  // ends what runs
  Hooks(const Hooks&) = delete;
  Hooks& operator=(const Hooks&) = delete;

  // Waits where kMostWaiting wait already; the downloads go on meanwhile.
  void on_event(const Event& event);

  // Ends the one that runs; no other begins any more.
  void stop();

  // Until all have been run.
  HookFailures wait();

 private:
  struct Called {
    const char* option;
    std::string file;
    ChildSpec spec;
  };
  void call(const char* option, const std::vector<std::string>& command, const std::string& file,
            std::vector<std::string> environment, std::string facts);
  [[nodiscard]] std::string url_of(JobId job);
  void work();
  void tell(const Called& called, const Result<ChildOutcome>& outcome);

  const HookCommands commands_;
  const Run run_;
  const Descriptor stop_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  std::map<JobId, std::string> urls_;  // of jobs that have not ended

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<Called> waiting_;
  HookFailures failures_;
  bool ending_ = false;   // nothing more comes
  bool stopped_ = false;  // nothing more begins
  std::thread thread_;    // runs where there is a command
};

}  // namespace xget::cli
