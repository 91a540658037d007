#include "engine/job_queue.hpp"

#include <algorithm>
#include <utility>

namespace xget::engine {

void JobQueue::add(Make make) { waiting_.push_back(std::move(make)); }

void JobQueue::interrupt() {
  interrupted_ = true;
  for (const auto& job : running_) job->interrupt();
}

void JobQueue::on_time(Instant now) {
  while (!waiting_.empty() && static_cast<int>(running_.size()) < max_active_) {
    auto job = waiting_.front()();
    waiting_.pop_front();
    if (!job) continue;
    if (interrupted_) job->interrupt();
    running_.push_back(std::move(job));
  }
  for (const auto& job : running_) {
    if (!job->ended()) job->on_time(now);
  }
  std::erase_if(running_, [](const auto& job) { return job->ended(); });
}

std::optional<Instant> JobQueue::next_deadline() const {
  const bool room = static_cast<int>(running_.size()) < max_active_;
  if (!waiting_.empty() && room) return Instant::min();
  std::optional<Instant> next;
  for (const auto& job : running_) {
    next = earliest(next, job->next_deadline());
  }
  return next;
}

void JobQueue::for_each_running(const std::function<void(Task&)>& visit) {
  for (const auto& job : running_) {
    if (!job->ended()) visit(*job);
  }
}

}  // namespace xget::engine
