#include "core/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace xget::core {
namespace {

constexpr std::uint64_t kFirstRange = 4ULL << 20;  // while no rate is known
constexpr int kRoundTripsPerRange = 32;
constexpr Duration kShortestRange = std::chrono::milliseconds(500);
constexpr Duration kLongestRange = std::chrono::seconds(8);
constexpr double kSetupRoundTrips = 2;  // of a new connection: its handshake and the request
constexpr Duration kYoung = std::chrono::milliseconds(200);
constexpr int kRoundTripsOfYouth = 6;
constexpr int kRangesPerConnectionLeft = 2;  // a range is at most this share of what is left
// An answer that takes so many times as long as any before it is not on its way, if others are.
constexpr Duration kShortestAnswer = std::chrono::milliseconds(1);
constexpr int kAnswersOfPatience = 16;
constexpr Duration kLeastPatience = std::chrono::seconds(5);

}  // namespace

Scheduler::Scheduler(SchedulerPlan plan, RetryPolicy& retry, ConnectionPolicy& connections,
                     RangeCap& range_cap, Random& random)
    : plan_(std::move(plan)),
      retry_(retry),
      connections_(connections),
      range_cap_(range_cap),
      random_(random),
      missing_(ByteRange{0, plan_.size}),
      window_end_(plan_.window_end),
      furthest_(plan_.ranges ? 0 : plan_.held.contiguous_end(0)) {
  if (plan_.ranges) {
    for (const ByteRange& range : plan_.held.ranges()) missing_.remove(range);
  }
}

SchedulerActions Scheduler::on(const SchedulerEvent& event, Instant now) {
  actions_.clear();
  if (stopped_) return {};
  std::visit([&](const auto& one) { handle(one, now); }, event);
  if (!stopped_ && !all_written_ && missing_.empty() && segments_.empty()) {
    all_written_ = true;
    actions_.emplace_back(AllWritten{});
  }
  if (!stopped_) fill(now);
  return std::exchange(actions_, {});
}

void Scheduler::handle(const SegmentAdopted& event, Instant now) {
  ByteRange range{event.range.begin, std::min(event.range.end, plan_.size)};
  note_answer(plan_.size - range.begin, range.length());
  longest_answer_ = std::max({longest_answer_, event.round_trip, kShortestAnswer});
  connections_.on_answer(1, event.round_trip, now);
  const int target = connections(now);
  if (target > 1) {
    // Its response has no end of its own: give it an equal share, so that the one cut it costs
    // comes late.
    const std::uint64_t share = missing_.size() / static_cast<std::uint64_t>(target);
    const std::uint64_t room = std::min(share, window_share(target));
    range.end = std::min(range.end, align_up(range.begin + std::max(room, kSmallestRange)));
  }
  if (plan_.ranges) {
    const auto gap = missing_.next(range.begin);
    range.end = gap ? std::min(range.end, gap->end) : range.end;
  }
  Segment& segment = add_segment(range, now);
  segment.opened = true;
  segment.opened_at = now;
  segment.granted_end = event.granted_end;
  segment.round_trip = event.round_trip;
  if (segment.end < segment.granted_end) actions_.emplace_back(CutSegment{segment.id, segment.end});
}

void Scheduler::handle(const SegmentOpened& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr) return;
  segment->opened = true;
  segment->opened_at = now;
  segment->granted_end = event.granted_end;
  longest_answer_ = std::max({longest_answer_, now - segment->started, kShortestAnswer});
  note_answer(segment->asked_end - segment->position, event.granted_end - segment->position);
  connections_.on_answer(receiving(), event.round_trip, now);
  if (plan_.ranges && event.granted_end < segment->end) {
    missing_.add({event.granted_end, segment->end});
    segment->end = event.granted_end;
  }
  segment->round_trip = event.round_trip;
  segment->last_activity = segment->window_start = now;
  segment->rate = RateEstimator(now);
}

void Scheduler::handle(const SegmentAdvanced& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr || event.position <= segment->position) return;
  const std::uint64_t bytes = event.position - segment->position;
  segment->position = event.position;
  segment->last_activity = now;
  segment->window_bytes += bytes;
  segment->rate.add(bytes, now);
  const bool tail = missing_.empty() && static_cast<int>(segments_.size()) < connections(now);
  if (tail) {  // fewer and fewer have work
    connections_.on_disturbance(now);
  } else {
    connections_.on_bytes(bytes, receiving(), now);
  }
  // A stream that began again brings what was there before: only what lies beyond is new.
  const std::uint64_t known = std::max(furthest_, event.position - bytes);
  const std::uint64_t beyond = event.position > known ? event.position - known : 0;
  furthest_ = std::max(furthest_, event.position);
  retry_.on_progress(plan_.ranges ? bytes : beyond, now);
}

void Scheduler::handle(const SegmentPath& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr) return;
  const auto before = std::exchange(segment->out_of_order, event.facts.out_of_order);
  if (before) connections_.on_path(event.facts.out_of_order > *before, event.facts, now);
}

void Scheduler::handle(const SegmentPaused& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr) return;
  segment->paused = event.paused;
  segment->last_activity = segment->window_start = now;
  segment->window_bytes = 0;
  connections_.on_disturbance(now);
}

void Scheduler::handle(const SegmentEnded& event, Instant now) {
  const Segment* segment = find(event.id);
  if (segment == nullptr) return;
  const RetryPolicy::Attempt attempt{.started = segment->started, .answered = segment->opened};
  finish_segment(event.id, event.failure.has_value(), now);
  if (event.failure) after_failure(*event.failure, attempt, now);
}

void Scheduler::handle(const RangeLost& event, Instant now) {
  missing_.add(event.range);
  if (std::exchange(all_written_, false)) retry_.begin_waiting(now);
}

void Scheduler::handle(const WindowMoved& event, Instant) { window_end_ = event.end; }

void Scheduler::handle(const LoopBlocked& event, Instant now) {
  connections_.on_disturbance(now);
  for (Segment& segment : segments_) {
    segment.last_activity += event.length;
    segment.window_start += event.length;
  }
}

void Scheduler::handle(const Tick&, Instant now) {
  std::erase_if(waits_, [now](Instant until) { return until <= now; });
  if (held_back()) retry_.begin_waiting(now);
  check_stalls(now);
  const auto deadline = retry_.deadline();
  if (!stopped_ && !all_written_ && deadline && now >= *deadline) {
    stopped_ = true;
    actions_.emplace_back(GiveUp{{.kind = FailureKind::Stall,
                                  .number = 0,
                                  .cause = "no new byte for as long as --give-up-after allows",
                                  .retry_after = std::nullopt,
                                  .offered = std::nullopt}});
  }
}

bool Scheduler::held_back() const {
  if (segments_.empty()) {
    const auto gap = missing_.next(0);
    return gap && gap->begin >= window_end_;
  }
  return std::all_of(segments_.begin(), segments_.end(),
                     [](const Segment& segment) { return segment.paused; });
}

std::optional<Instant> Scheduler::next_deadline() const {
  if (stopped_ || all_written_) return std::nullopt;
  std::optional<Instant> next = retry_.deadline();
  for (Instant until : waits_) next = earliest(next, until);
  for (const Segment& segment : segments_) {
    if (!segment.paused) next = earliest(next, stall_deadline(segment));
  }
  return next;
}

int Scheduler::receiving() const {
  return static_cast<int>(
      std::count_if(segments_.begin(), segments_.end(), [](const auto& s) { return s.opened; }));
}

Scheduler::Segment* Scheduler::find(SegmentId id) {
  const auto it = std::find_if(segments_.begin(), segments_.end(),
                               [id](const Segment& segment) { return segment.id == id; });
  return it == segments_.end() ? nullptr : &*it;
}

Scheduler::Segment& Scheduler::add_segment(ByteRange range, Instant now) {
  missing_.remove(range);
  idle_ = std::max(0, idle_ - 1);
  segments_.push_back({.id = next_id_++,
                       .position = range.begin,
                       .end = range.end,
                       .asked_end = range.end,
                       .started = now,
                       .last_activity = now,
                       .window_start = now,
                       .rate = RateEstimator(now)});
  return segments_.back();
}

void Scheduler::finish_segment(SegmentId id, bool failed, Instant now) {
  const auto it = std::find_if(segments_.begin(), segments_.end(),
                               [id](const Segment& segment) { return segment.id == id; });
  const Segment ended = *it;
  segments_.erase(it);
  if (ended.opened && !failed) {
    const double rate = ended.rate.rate(now);
    if (rate > 0) last_rate_ = rate;  // else it was too short to tell
    last_round_trip_ = ended.round_trip;
    if (ended.end == ended.granted_end) ++idle_;
  }
  if (!plan_.ranges) {
    // One stream cannot begin in the middle: it is asked for from 0 again.
    if (failed) missing_ = RangeSet(ByteRange{0, plan_.size});
  } else if (!leave_to_twin(ended, failed)) {
    missing_.add({ended.position, ended.end});
  }
}

// What the head of a usable response tells of the server.
void Scheduler::note_answer(std::uint64_t asked, std::uint64_t granted) {
  retry_.on_answer();
  if (plan_.ranges) range_cap_.on_grant(asked, granted);
}

bool Scheduler::any_delivers() const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [](const Segment& segment) { return segment.opened && !segment.paused; });
}

void Scheduler::after_failure(const Failure& failure, RetryPolicy::Attempt attempt, Instant now) {
  attempt.others_work = any_delivers();
  const auto verdict = retry_.on_failure(failure, attempt, now, random_.next());
  switch (verdict.remedy) {
    case Remedy::FewerConnections:
      connections_.on_refusal(static_cast<int>(segments_.size()), verdict.wait, now);
      return;
    case Remedy::GiveUp:
      stopped_ = true;
      actions_.emplace_back(GiveUp{failure});
      return;
    case Remedy::AskPlainly:
    case Remedy::CheckVersion:
    case Remedy::Refresh:
      stopped_ = true;
      actions_.emplace_back(Reconsider{failure, verdict.wait, verdict.remedy == Remedy::Refresh});
      return;
    case Remedy::StartOver: actions_.emplace_back(StartOver{}); break;
    case Remedy::TryAgain: break;
  }
  if (!attempt.others_work) actions_.emplace_back(RetryLater{failure, verdict.wait});
  waits_.push_back(now + verdict.wait);
}

void Scheduler::check_stalls(Instant now) {
  std::vector<SegmentId> dead;
  for (Segment& segment : segments_) {
    if (stalled(segment, now)) {
      dead.push_back(segment.id);
    } else if (now - segment.window_start >= plan_.stall_timeout) {
      segment.window_start = now;
      segment.window_bytes = 0;
    }
  }
  for (SegmentId id : dead) {
    const Segment* segment = find(id);
    if (segment == nullptr) continue;  // its twin had all, and has just made it superfluous
    actions_.emplace_back(CancelSegment{id});
    if (segment->left() == 0) {  // it brought all it should; only its response does not end
      finish_segment(id, false, now);
      continue;
    }
    const RetryPolicy::Attempt attempt{.started = segment->started, .answered = segment->opened};
    finish_segment(id, true, now);
    after_failure({.kind = FailureKind::Stall,
                   .number = 0,
                   .cause = "no bytes, or only a trickle, for as long as --stall-timeout allows",
                   .retry_after = std::nullopt,
                   .offered = std::nullopt},
                  attempt, now);
    if (stopped_) return;
  }
}

bool Scheduler::stalled(const Segment& segment, Instant now) const {
  if (segment.paused) return false;
  if (!segment.opened) return now >= stall_deadline(segment);
  if (now - segment.last_activity >= plan_.stall_timeout) return true;
  const Duration watched = now - segment.window_start;
  return watched >= plan_.stall_timeout &&
         static_cast<double>(segment.window_bytes) <
             static_cast<double>(plan_.crawl_rate) * to_seconds(watched);
}

Instant Scheduler::stall_deadline(const Segment& segment) const {
  if (!segment.opened) return segment.last_activity + patience();
  return std::min(segment.last_activity, segment.window_start) + plan_.stall_timeout;
}

// With a request that is not answered. While others deliver the server is well, and may be of those
// that take one connection too many and never say a word on it.
Duration Scheduler::patience() const {
  const Duration full = plan_.connect_timeout + plan_.stall_timeout;
  if (!any_delivers()) return full;
  const Duration least = std::min(kLeastPatience, plan_.stall_timeout);
  return std::min(full, std::max(least, kAnswersOfPatience * longest_answer_));
}

int Scheduler::connections(Instant now) const {
  return plan_.ranges && plan_.split ? connections_.target(now) : 1;
}

void Scheduler::fill(Instant now) {
  const int target = connections(now);
  if (static_cast<int>(segments_.size() + waits_.size()) >= target) return;
  trim(now);
  while (static_cast<int>(segments_.size() + waits_.size()) < target && worth_another(now)) {
    auto range = pick(now);
    if (!range) range = take_over(now);
    if (!range) {
      if (!hedge(now)) return;
      continue;
    }
    const Segment& segment = add_segment(*range, now);
    actions_.emplace_back(StartSegment{segment.id, *range});
  }
}

double Scheduler::total_rate(Instant now) const {
  double total = 0;
  for (const Segment& segment : segments_) total += segment.rate.rate(now);
  return total;
}

// A connection that is open already costs nothing; a new one must be of use before all is there.
bool Scheduler::worth_another(Instant now) const {
  if (idle_ > 0 || !any_delivers()) return true;
  return static_cast<double>(bytes_left()) > total_rate(now) * setup_time();
}

std::optional<ByteRange> Scheduler::pick(Instant now) const {
  const auto gap = missing_.next(0);
  if (!gap || gap->begin >= window_end_) return std::nullopt;
  if (!plan_.ranges) return gap;
  if (!plan_.split) return ByteRange{gap->begin, capped(gap->begin, gap->end)};
  std::uint64_t end = align_up(gap->begin + range_length(now));
  // A sliver at the end of the gap is not worth a request of its own.
  if (end + kSmallestRange >= gap->end) end = gap->end;
  end = capped(gap->begin, end);
  if (end <= window_end_) return ByteRange{gap->begin, end};
  // Beyond the window it would hold a connection without taking a byte; while others move the
  // window, a sliver before its end is not worth a request either.
  const bool sliver = window_end_ - gap->begin < kSmallestRange;
  if (sliver && !segments_.empty()) return std::nullopt;
  return ByteRange{gap->begin, window_end_};
}

// No further than the server goes in one response, and on a piece boundary if one is within reach.
std::uint64_t Scheduler::capped(std::uint64_t begin, std::uint64_t end) const {
  if (end - begin <= range_cap_.longest()) return end;
  const std::uint64_t furthest = begin + range_cap_.longest();
  const std::uint64_t boundary = furthest - furthest % plan_.piece_length;
  return boundary > begin ? boundary : furthest;
}

// What one of so many connections may take of the window at most.
std::uint64_t Scheduler::window_share(int connections) const {
  if (plan_.window_length == kUnknownEnd) return kUnknownEnd;
  return plan_.window_length / (2 * static_cast<std::uint64_t>(connections));
}

std::uint64_t Scheduler::range_length(Instant now) const {
  const int target = connections(now);
  const double rate = expected_rate(now);
  std::uint64_t wanted = kFirstRange;
  if (rate > 0) {
    const Duration span =
        std::clamp(mean_round_trip() * kRoundTripsPerRange, kShortestRange, kLongestRange);
    wanted = static_cast<std::uint64_t>(rate * to_seconds(span));
  }
  const std::uint64_t fair =
      bytes_left() / (static_cast<std::uint64_t>(target) * kRangesPerConnectionLeft);
  const std::uint64_t most = std::min(fair, window_share(target));
  return std::max(std::min(wanted, most), kSmallestRange);
}

std::uint64_t Scheduler::bytes_left() const {
  std::uint64_t left = missing_.size();
  for (const Segment& segment : segments_) left += segment.left();
  return left;
}

// A young connection has not found its speed: until then it is taken for as fast as the others.
double Scheduler::believed_rate(const Segment& segment, Instant now) const {
  const Duration young = std::max(kYoung, kRoundTripsOfYouth * segment.round_trip);
  const double seen = std::max(segment.rate.rate(now), 1.0);
  return now - segment.opened_at < young ? std::max(seen, expected_rate(now)) : seen;
}

double Scheduler::expected_rate(Instant now) const {
  if (last_rate_ > 0) return last_rate_;
  double sum = 0;
  int known = 0;
  for (const Segment& segment : segments_) {
    const double rate = segment.opened ? segment.rate.rate(now) : 0;
    if (rate > 0) {
      sum += rate;
      ++known;
    }
  }
  return known == 0 ? 0 : sum / known;
}

Duration Scheduler::mean_round_trip() const {
  Duration sum{};
  int known = 0;
  for (const Segment& segment : segments_) {
    if (segment.opened) {
      sum += segment.round_trip;
      ++known;
    }
  }
  return known == 0 ? last_round_trip_ : sum / known;
}

double Scheduler::setup_time() const { return kSetupRoundTrips * to_seconds(mean_round_trip()); }

std::uint64_t Scheduler::align_up(std::uint64_t offset) const {
  const std::uint64_t over = offset % plan_.piece_length;
  return over == 0 ? offset : offset + (plan_.piece_length - over);
}

}  // namespace xget::core
