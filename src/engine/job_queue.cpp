#include "engine/job_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace xget::engine {

void JobQueue::add(Entry job) {
  if (!job.content.empty()) {
    Alike& alike = alike_[job.content];
    if (alike.under_way > 0 && !interrupted_) return alike.held.push_back(std::move(job));
    ++alike.under_way;
  }
  waiting_.push_back(std::move(job));
}

void JobQueue::interrupt() {
  interrupted_ = true;
  for (auto& [content, alike] : alike_) let_go(alike, alike.held.size());
  for (const Running& job : running_) job.task->interrupt();
}

void JobQueue::cancel(JobId id) {
  for (const Running& job : running_) {
    if (job.id == id) job.task->interrupt();
  }
  if (auto waiting = take_waiting(id)) begin(*std::move(waiting), true);
}

std::optional<JobQueue::Entry> JobQueue::take_waiting(JobId id) {
  const auto take_from = [id](Queue& queue) -> std::optional<Entry> {
    const auto found =
        std::find_if(queue.begin(), queue.end(), [id](const Entry& job) { return job.id == id; });
    if (found == queue.end()) return std::nullopt;
    Entry job = std::move(*found);
    queue.erase(found);
    return job;
  };
  if (auto job = take_from(waiting_)) return job;
  for (auto& [content, alike] : alike_) {
    auto job = take_from(alike.held);
    if (!job) continue;
    ++alike.under_way;
    return job;
  }
  return std::nullopt;
}

void JobQueue::begin(Entry job, bool interrupted) {
  auto task = job.make();
  if (!task) return ended(job.content, false);
  if (interrupted) task->interrupt();
  running_.push_back({job.id, std::move(job.host), std::move(job.content), std::move(task)});
}

void JobQueue::ended(const std::string& content, bool left_original) {
  const auto found = alike_.find(content);
  if (found == alike_.end()) return;
  Alike& alike = found->second;
  --alike.under_way;
  if (left_original) {
    let_go(alike, alike.held.size());
  } else if (alike.under_way == 0) {
    let_go(alike, 1);
  }
  if (alike.under_way == 0) alike_.erase(found);
}

// They have waited longer than those that wait now.
void JobQueue::let_go(Alike& alike, std::size_t count) {
  count = std::min(count, alike.held.size());
  const auto last = alike.held.begin() + static_cast<std::ptrdiff_t>(count);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(alike.held.begin()),
                  std::make_move_iterator(last));
  alike.held.erase(alike.held.begin(), last);
  alike.under_way += static_cast<int>(count);
}

JobQueue::Census JobQueue::count_running() const {
  Census census;
  for (const Running& job : running_) census.add(*job.task, job.host);
  return census;
}

void JobQueue::Census::add(const Task& task, const std::string& name) {
  Host& host = hosts[name];
  host.multiplexed = host.multiplexed || task.multiplexed();
  switch (task.weight()) {
    case core::JobWeight::Unknown: ++running.unknown; break;
    case core::JobWeight::Small: ++running.small; break;
    case core::JobWeight::Large: ++running.large; break;
    case core::JobWeight::Finishing: ++running.finishing; return;
  }
  ++host.active;
}

JobQueue::Queue::const_iterator JobQueue::next(const Census& census) const {
  if (waiting_.empty() || !core::may_begin_another(census.running, max_active_, true)) {
    return waiting_.end();
  }
  return std::find_if(waiting_.begin(), waiting_.end(),
                      [&](const Entry& job) { return may_begin(job, census); });
}

bool JobQueue::may_begin(const Entry& job, const Census& census) const {
  const auto found = census.hosts.find(job.host);
  const auto host = found == census.hosts.end() ? Census::Host{} : found->second;
  if (!core::may_begin_another(census.running, max_active_, host.multiplexed)) return false;
  return interrupted_ ||
         host.active < core::most_jobs_at_host(max_per_host_.at(job.host), host.multiplexed);
}

// Counted once a turn: there may be hundreds, and each turn of a batch begins many.
void JobQueue::begin_some() {
  if (waiting_.empty()) return;
  Census census = count_running();
  for (auto next = this->next(census); next != waiting_.end(); next = this->next(census)) {
    Entry job = std::move(waiting_[static_cast<std::size_t>(next - waiting_.begin())]);
    waiting_.erase(next);
    const std::size_t before = running_.size();
    begin(std::move(job), interrupted_);
    if (running_.size() == before) continue;
    census.add(*running_.back().task, running_.back().host);
  }
}

void JobQueue::on_time(Instant now) {
  begin_some();
  for (const Running& job : running_) {
    if (!job.task->ended()) job.task->on_time(now);
  }
  drop_ended();
}

void JobQueue::drop_ended() {
  for (const Running& job : running_) {
    if (job.task->ended() && !job.content.empty()) ended(job.content, job.task->left_original());
  }
  std::erase_if(running_, [](const Running& job) { return job.task->ended(); });
}

std::optional<Instant> JobQueue::next_deadline() const {
  if (!waiting_.empty() && next(count_running()) != waiting_.end()) return Instant::min();
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
