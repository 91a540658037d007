// WorkerThread: core::Worker on a thread of its own.
//
// The thread is started by the first submit, so that a download that never needs one pays
// nothing. Tasks run in order on it; their completions are handed back in order to whoever calls
// run_completions(), the loop.
// Thread: submit, run_completions and the destructor on the loop thread; `wake` is called on the
// worker too. Exceptions end the process: tasks return their errors.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "core/ports.hpp"

namespace xget::store {

class WorkerThread final : public core::Worker {
 public:
  // `wake` makes the loop call run_completions() soon. It must be callable from any thread until
  // the destructor has returned.
  explicit WorkerThread(std::function<void()> wake);
  // Waits for the running task. Tasks that have not begun, and completions, are dropped.
  ~WorkerThread() override;
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  void submit(std::function<void()> task, std::function<void()> done) override;
  // Without the thread: of many small files each comes here more than once.
  void soon(std::function<void()> done) override;

  // Runs the completions of all tasks that have ended; says how many. They may submit.
  std::size_t run_completions();

  // No task waits or runs and no completion waits.
  [[nodiscard]] bool idle() const;

 private:
  struct Job {
    std::function<void()> task;
    std::function<void()> done;
  };
  void start();
  void run() noexcept;

  const std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Job> queue_;
  std::deque<std::function<void()>> ended_;
  bool running_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace xget::store
