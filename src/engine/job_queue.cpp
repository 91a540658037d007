#include "engine/job_queue.hpp"

#include <algorithm>
#include <utility>

namespace xget::engine {

void JobQueue::add(JobId id, Make make) { waiting_.push_back({id, std::move(make)}); }

void JobQueue::interrupt() {
  interrupted_ = true;
  for (const Running& job : running_) job.task->interrupt();
}

void JobQueue::cancel(JobId id) {
  for (const Running& job : running_) {
    if (job.id == id) job.task->interrupt();
  }
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                    [id](const Waiting& job) { return job.id == id; });
  if (waiting == waiting_.end()) return;
  Waiting job = std::move(*waiting);
  waiting_.erase(waiting);
  begin(std::move(job), true);
}

void JobQueue::begin(Waiting job, bool interrupted) {
  auto task = job.make();
  if (!task) return;
  if (interrupted) task->interrupt();
  running_.push_back({job.id, std::move(task)});
}

void JobQueue::on_time(Instant now) {
  while (!waiting_.empty() && static_cast<int>(running_.size()) < max_active_) {
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    begin(std::move(next), interrupted_);
  }
  for (const Running& job : running_) {
    if (!job.task->ended()) job.task->on_time(now);
  }
  std::erase_if(running_, [](const Running& job) { return job.task->ended(); });
}

std::optional<Instant> JobQueue::next_deadline() const {
  const bool room = static_cast<int>(running_.size()) < max_active_;
  if (!waiting_.empty() && room) return Instant::min();
  std::optional<Instant> next;
  for (const Running& job : running_) {
    next = earliest(next, job.task->next_deadline());
  }
  return next;
}

void JobQueue::for_each_running(const std::function<void(Task&)>& visit) {
  for (const Running& job : running_) {
    if (!job.task->ended()) visit(*job.task);
  }
}

}  // namespace xget::engine
