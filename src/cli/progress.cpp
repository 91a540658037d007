#include "cli/progress.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/report.hpp"

namespace xget::cli {
namespace {

constexpr Duration kRedrawEvery = std::chrono::milliseconds(100);
constexpr Duration kPlainLineEvery = std::chrono::seconds(10);
constexpr Duration kWaitLineEvery = std::chrono::seconds(3);
constexpr std::string_view kClearLine = "\r\x1b[K";

std::string last_component(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos || slash + 1 == path.size() ? path : path.substr(slash + 1);
}

}  // namespace

ProgressDisplay::ProgressDisplay(ProgressSettings settings, ProgressScreen screen)
    : settings_(settings), screen_(std::move(screen)) {
  // A download that is over by then needs no line about its progress.
  next_show_ = settings_.redraw ? kRedrawEvery : kPlainLineEvery;
}

void ProgressDisplay::on_event(const Event& event, Duration now) {
  std::visit([&](const auto& alternative) { on(alternative, now); }, event);
}

void ProgressDisplay::end(Duration now) {
  clear_line();
  if (settings_.quiet || settings_.jobs < 2) return;
  screen_.print(std::to_string(finished_) + " of " + std::to_string(settings_.jobs) +
                " downloads complete, " + format_size(received_) + " received in " +
                format_duration(now) + "\n");
}

void ProgressDisplay::on(const Probed& probed, Duration now) {
  Job& it = job(probed.job, now);
  it.path = probed.path;
  it.active = true;
  it.last.held = probed.held;
  it.last.size = probed.size;
  if (!settings_.quiet && !settings_.redraw) print_above(start_text(probed));
}

void ProgressDisplay::on(const Progress& progress, Duration now) {
  Job& it = job(progress.job, now);
  if (it.active && progress.held > it.last.held) it.received += progress.held - it.last.held;
  it.last = progress;
  if (progress.connections > 0) it.wait.reset();
  tell_wait(it, now);
  show_progress(now);
}

void ProgressDisplay::on(const Retrying& retrying, Duration now) {
  // Told with the next progress, which says whether other connections go on.
  job(retrying.job, now).wait = Wait{retrying.url, retrying.cause, now + retrying.wait};
}

void ProgressDisplay::on(const Note& note, Duration) {
  if (!settings_.quiet) print_above(note_text(note.text));
}

void ProgressDisplay::on(const Finished& finished, Duration now) {
  Job& it = job(finished.job, now);
  it.active = false;
  it.wait.reset();
  it.last = {.job = finished.job, .held = finished.size, .size = finished.size};
  ++finished_;
  received_ += finished.received;
  if (!settings_.quiet) print_above(finished_text(finished, now - it.began));
}

void ProgressDisplay::on(const Failed& failed, Duration now) {
  Job& it = job(failed.job, now);
  it.active = false;
  it.wait.reset();
  it.last.bytes_per_second = 0;
  it.last.connections = 0;
  received_ += it.received;
  print_above(failure_text(failed));
}

void ProgressDisplay::on(const MetalinkRead& read, Duration) {
  jobs_.erase(read.job);
  settings_.jobs += read.files.size() - 1;
  if (!settings_.quiet) print_above(metalink_text(read));
}

ProgressDisplay::Job& ProgressDisplay::job(JobId id, Duration now) {
  const auto [it, is_new] = jobs_.try_emplace(id);
  // Of several, some wait their turn; one alone began with the command.
  if (is_new && settings_.jobs > 1) it->second.began = now;
  return it->second;
}

Progress ProgressDisplay::together() const {
  Progress sum;
  sum.size = 0;
  bool any_active = false;
  for (const auto& [id, job] : jobs_) {
    sum.held += job.last.held;
    sum.size = sum.size && job.last.size ? std::optional(*sum.size + *job.last.size) : std::nullopt;
    sum.bytes_per_second += job.last.bytes_per_second;
    sum.connections += job.last.connections;
    if (!job.active) continue;
    // All stand still only as long as the one that moved last.
    const double stalled = job.last.stalled_seconds;
    sum.stalled_seconds = any_active ? std::min(sum.stalled_seconds, stalled) : stalled;
    any_active = true;
  }
  // Jobs that wait their turn have no size yet.
  if (jobs_.size() < settings_.jobs) sum.size.reset();
  return sum;
}

std::string ProgressDisplay::line_name() const {
  if (settings_.jobs > 1) {
    return std::to_string(finished_) + " of " + std::to_string(settings_.jobs) + " complete";
  }
  const std::string& path = jobs_.begin()->second.path;
  if (!path.empty()) return last_component(shown_path(path));
  const Wait* wait = next_to_try();
  if (wait == nullptr) return "waiting for the server";
  return settings_.redraw ? "waiting" : printable(wait->url);
}

LineState ProgressDisplay::line_state(Duration now) {
  const Progress sum = together();
  rate_.add(static_cast<double>(lasting_rate(sum.bytes_per_second)), now);
  LineState state{.name = line_name(),
                  .held = sum.held,
                  .size = sum.size,
                  .bytes_per_second = sum.bytes_per_second,
                  .connections = sum.connections,
                  .stalled_seconds = sum.stalled_seconds};
  if (const Wait* wait = next_to_try(); wait != nullptr && sum.connections == 0) {
    state.again_in = std::max(Duration::zero(), wait->until - now);
    state.cause = printable(wait->cause);
  }
  if (sum.size && *sum.size > sum.held) state.left = rate_.time_for(*sum.size - sum.held);
  return state;
}

const ProgressDisplay::Wait* ProgressDisplay::next_to_try() const {
  const Wait* next = nullptr;
  for (const auto& [id, job] : jobs_) {
    if (job.wait && (next == nullptr || job.wait->until < next->until)) next = &*job.wait;
  }
  return next;
}

// A limit lets the first bytes through at once, and more at a time than a second's worth.
std::uint64_t ProgressDisplay::lasting_rate(std::uint64_t bytes_per_second) const {
  const std::uint64_t limit = settings_.limit_rate;
  return limit == 0 ? bytes_per_second : std::min(bytes_per_second, limit);
}

// Where nothing is redrawn a wait gets a line of its own, unless its cause was told before.
void ProgressDisplay::tell_wait(Job& job, Duration now) {
  const bool worth_a_line = job.wait && job.wait->cause != job.told_cause;
  if (settings_.quiet || settings_.redraw || !worth_a_line || now < next_wait_line_) return;
  next_wait_line_ = now + kWaitLineEvery;
  job.told_cause = job.wait->cause;
  screen_.print(wait_text(job.wait->url, job.wait->cause, job.wait->until - now));
}

// Work goes on: the next failure is news again.
void ProgressDisplay::forget_told_causes() {
  for (auto& [id, job] : jobs_) {
    if (!job.wait) job.told_cause.clear();
  }
}

void ProgressDisplay::show_progress(Duration now) {
  if (settings_.quiet || now < next_show_) return;
  if (!settings_.redraw) {
    next_show_ = now + kPlainLineEvery;
    screen_.print(plain_progress_line(line_state(now)) + "\n");
    forget_told_causes();
    return;
  }
  next_show_ = now + kRedrawEvery;
  if (!screen_.foreground()) return;
  screen_.print("\r" + progress_line(line_state(now), screen_.columns()) + "\x1b[K");
  line_shown_ = true;
}

void ProgressDisplay::print_above(const std::string& lines) {
  clear_line();
  screen_.print(lines);
}

void ProgressDisplay::clear_line() {
  if (std::exchange(line_shown_, false)) screen_.print(kClearLine);
}

}  // namespace xget::cli
