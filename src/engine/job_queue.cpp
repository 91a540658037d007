#include "engine/job_queue.hpp"

#include <algorithm>
#include <utility>

namespace xget::engine {

void JobQueue::add(JobId id, std::string host, Make make) {
  waiting_.push_back({id, std::move(host), std::move(make)});
}

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
  running_.push_back({job.id, std::move(job.host), std::move(task)});
}

bool JobQueue::has_room() const {
  core::RunningJobs running;
  for (const Running& job : running_) {
    switch (job.task->weight()) {
      case core::JobWeight::Unknown: ++running.unknown; break;
      case core::JobWeight::Small: ++running.small; break;
      case core::JobWeight::Large: ++running.large; break;
      case core::JobWeight::Finishing: ++running.finishing; break;
    }
  }
  return core::may_begin_another(running, max_active_);
}

std::map<std::string, int> JobQueue::active_by_host() const {
  std::map<std::string, int> active;
  for (const Running& job : running_) {
    if (job.task->weight() != core::JobWeight::Finishing) ++active[job.host];
  }
  return active;
}

JobQueue::Queue::const_iterator JobQueue::next() const {
  if (waiting_.empty() || !has_room()) return waiting_.end();
  const auto first = waiting_.begin();
  const int running = static_cast<int>(running_.size());
  if (interrupted_ || running < max_per_host_.at(first->host)) return first;
  auto active = active_by_host();
  return std::find_if(first, waiting_.end(), [&](const Waiting& job) {
    return active[job.host] < max_per_host_.at(job.host);
  });
}

void JobQueue::on_time(Instant now) {
  for (auto next = this->next(); next != waiting_.end(); next = this->next()) {
    Waiting job = std::move(waiting_[static_cast<std::size_t>(next - waiting_.begin())]);
    waiting_.erase(next);
    begin(std::move(job), interrupted_);
  }
  for (const Running& job : running_) {
    if (!job.task->ended()) job.task->on_time(now);
  }
  std::erase_if(running_, [](const Running& job) { return job.task->ended(); });
}

std::optional<Instant> JobQueue::next_deadline() const {
  if (next() != waiting_.end()) return Instant::min();
  std::optional<Instant> deadline;
  for (const Running& job : running_) {
    deadline = earliest(deadline, job.task->next_deadline());
  }
  return deadline;
}

void JobQueue::for_each_running(const std::function<void(Task&)>& visit) {
  for (const Running& job : running_) {
    if (!job.task->ended()) visit(*job.task);
  }
}

}  // namespace xget::engine
