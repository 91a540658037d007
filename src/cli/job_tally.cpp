#include "cli/job_tally.hpp"

#include <algorithm>

#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "cli/event_text.hpp"

namespace xget::cli {
namespace {

std::string last_component(const std::string& path) {
  const std::string_view name = parts_of(path).name;
  return name.empty() ? path : std::string(name);
}

}  // namespace

void JobTally::on(const Probed& probed, Duration now) {
  Job& it = job(probed.job, now);
  it.path = probed.path;
  it.probed = true;
  it.last.held = probed.held;
  it.last.size = probed.size;
}

void JobTally::on(const Progress& progress, Duration now) {
  Job& it = job(progress.job, now);
  if (it.probed && progress.held > it.last.held) it.received += progress.held - it.last.held;
  it.last = progress;
  it.rate.add(static_cast<double>(lasting_rate(progress.bytes_per_second)), now);
  if (progress.connections > 0) it.wait.reset();
}

void JobTally::on(const Retrying& retrying, Duration now) {
  job(retrying.job, now).wait = Wait{retrying.url, retrying.cause, now + retrying.wait};
}

void JobTally::on(const Finished& finished, Duration) {
  ++finished_;
  finished_size_ += finished.size;
  if (finished.made_from) ++duplicates_;
  received_ += finished.received;
  sent_ += finished.sent;
  running_.erase(finished.job);
}

void JobTally::on(const Failed& failed, Duration now) {
  ++failed_;
  received_ += job(failed.job, now).received;
  running_.erase(failed.job);
}

void JobTally::on(const Removed&, Duration) { ++removed_; }

void JobTally::on(const MetalinkRead& read, Duration) {
  running_.erase(read.job);
  if (jobs_) *jobs_ += read.files.size() - 1;
}

void JobTally::on(const Planned& planned, Duration) {
  ++finished_;
  to_fetch_ += planned.size.value_or(planned.held) - planned.held;
  running_.erase(planned.job);
}

Duration JobTally::elapsed(JobId id, Duration now) { return now - job(id, now).began; }

JobTally::Job& JobTally::job(JobId id, Duration now) {
  const auto [it, is_new] = running_.try_emplace(id);
  // Of several, some wait their turn; one alone began with the command.
  if (is_new && several()) it->second.began = now;
  return it->second;
}

LineState JobTally::state_of(const Job& job, Duration now) const {
  LineState state{.name = last_component(shown_path(job.path)),
                  .held = job.last.held,
                  .size = job.last.size,
                  .bytes_per_second = job.last.bytes_per_second,
                  .connections = job.last.connections,
                  .stalled_seconds = job.last.stalled_seconds,
                  .parts = job.last.parts};
  if (job.path.empty()) {
    state.name = job.wait ? last_component(printable(job.wait->url)) : "waiting for the server";
  }
  if (job.wait && state.connections == 0) {
    state.again_in = std::max(Duration::zero(), job.wait->until - now);
    state.cause = printable(job.wait->cause);
  }
  if (state.size && *state.size > state.held)
    state.left = job.rate.time_for(*state.size - state.held);
  return state;
}

std::vector<LineState> JobTally::running(Duration now) const {
  std::vector<LineState> states;
  states.reserve(running_.size());
  for (const auto& [id, job] : running_) states.push_back(state_of(job, now));
  return states;
}

LineState JobTally::sum() const {
  LineState sum{.held = finished_size_, .size = finished_size_};
  bool sizes_known = true;
  bool any_probed = false;
  for (const auto& [id, job] : running_) {
    sum.held += job.last.held;
    *sum.size += job.last.size.value_or(0);
    sizes_known &= job.last.size.has_value();
    sum.bytes_per_second += job.last.bytes_per_second;
    sum.connections += job.last.connections;
    if (!job.probed) continue;
    // All stand still only as long as the one that moved last.
    const double stalled = job.last.stalled_seconds;
    sum.stalled_seconds = any_probed ? std::min(sum.stalled_seconds, stalled) : stalled;
    any_probed = true;
  }
  // Jobs that wait their turn have no size yet.
  if (!sizes_known || !jobs_ || finished_ + failed_ + running_.size() < *jobs_) sum.size.reset();
  return sum;
}

LineState JobTally::together(Duration now) {
  if (!several()) return running_.empty() ? sum() : state_of(running_.begin()->second, now);
  LineState state = sum();
  state.name = std::to_string(finished_);
  state.name += jobs_ ? " of " + std::to_string(*jobs_) + " complete" : " complete";
  if (failed_ > 0) state.name += ", " + std::to_string(failed_) + " failed";
  rate_.add(static_cast<double>(lasting_rate(state.bytes_per_second)), now);
  if (const Wait* wait = next_to_try(); wait != nullptr && state.connections == 0) {
    state.again_in = std::max(Duration::zero(), wait->until - now);
    state.cause = printable(wait->cause);
  }
  if (state.size && *state.size > state.held) state.left = rate_.time_for(*state.size - state.held);
  return state;
}

const JobTally::Wait* JobTally::next_to_try() const {
  const Wait* next = nullptr;
  for (const auto& [id, job] : running_) {
    if (job.wait && (next == nullptr || job.wait->until < next->until)) next = &*job.wait;
  }
  return next;
}

// A limit lets the first bytes through at once, and more at a time than a second's worth.
std::uint64_t JobTally::lasting_rate(std::uint64_t bytes_per_second) const {
  return limit_rate_ == 0 ? bytes_per_second : std::min(bytes_per_second, limit_rate_);
}

const JobTally::Wait* JobTally::untold_wait(JobId id) const {
  const auto it = running_.find(id);
  if (it == running_.end() || !it->second.wait) return nullptr;
  return it->second.wait->cause != it->second.told_cause ? &*it->second.wait : nullptr;
}

void JobTally::told(JobId id) {
  const auto it = running_.find(id);
  if (it != running_.end() && it->second.wait) it->second.told_cause = it->second.wait->cause;
}

void JobTally::forget_told_causes() {
  for (auto& [id, job] : running_) {
    if (!job.wait) job.told_cause.clear();
  }
}

}  // namespace xget::cli
