#include "store/worker_thread.hpp"

#include <utility>

#include "base/quiet_thread.hpp"

namespace xget::store {

WorkerThread::WorkerThread(std::function<void()> wake) : wake_(std::move(wake)) {}

WorkerThread::~WorkerThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void WorkerThread::submit(std::function<void()> task, std::function<void()> done) {
  if (!thread_.joinable()) start();
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(task), std::move(done)});
  }
  work_.notify_one();
}

void WorkerThread::soon(std::function<void()> done) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = ended_.empty();
    ended_.push_back(std::move(done));
  }
  if (first) wake_();
}

std::size_t WorkerThread::run_completions() {
  std::deque<std::function<void()>> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
  }
  for (auto& done : ended) done();
  return ended.size();
}

bool WorkerThread::idle() const {
  const std::lock_guard lock(mutex_);
  return queue_.empty() && !running_ && ended_.empty();
}

void WorkerThread::start() {
  thread_ = start_without_signals([this] { run(); });
}

void WorkerThread::run() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    running_ = true;
    lock.unlock();
    job.task();
    job.task = nullptr;  // what it captured dies here, before the loop hears of its end
    lock.lock();
    running_ = false;
    const bool first = ended_.empty();
    ended_.push_back(std::move(job.done));
    if (!first) continue;  // the loop was woken, and has not come yet
    lock.unlock();
    wake_();
    lock.lock();
  }
}

}  // namespace xget::store
