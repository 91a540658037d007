#include "core/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace xget::core {
namespace {

constexpr std::uint64_t kFirstRange = 4ULL << 20;  // while no rate is known
constexpr int kRoundTripsPerRange = 32;
constexpr Duration kShortestRange = std::chrono::milliseconds(500);
constexpr Duration kLongestRange = std::chrono::seconds(8);
constexpr std::uint64_t kSmallestPart = 64ULL << 10;
constexpr int kRangesPerConnectionLeft = 2;  // a range is at most this share of what is left
constexpr Duration kShortestAnswer = std::chrono::milliseconds(1);
constexpr int kFailuresBeforeAskingOthers = 2;

}  // namespace

const char* to_string(CancelReason reason) {
  switch (reason) {
    case CancelReason::Stalled: return "stalled";
    case CancelReason::Crawls: return "crawls";
    case CancelReason::Unanswered: return "unanswered";
    case CancelReason::TwinWon: return "twin won";
    case CancelReason::Expelled: return "mirror expelled";
  }
  return "";
}

Scheduler::Scheduler(SchedulerPlan plan, Mirrors& mirrors, Random& random)
    : plan_(std::move(plan)),
      mirrors_(mirrors),
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
  Mirror& mirror = mirrors_.at(plan_.mirror);
  note_answer(mirror, event.round_trip, plan_.size - range.begin, range.length());
  mirror.connections->on_answer(1, event.round_trip, now);
  const int target = connections(now);
  if (target > 1) {
    // Its response has no end of its own: give it an equal share, so that the one cut it costs
    // comes late.
    const std::uint64_t share = missing_.size() / static_cast<std::uint64_t>(target);
    const std::uint64_t room = std::min(share, window_share(target));
    range.end = std::min(range.end, end_after(range.begin, std::max(room, kSmallestRange)));
  }
  if (plan_.ranges) {
    const auto gap = missing_.next(range.begin);
    range.end = gap ? std::min(range.end, gap->end) : range.end;
  }
  Segment& segment = add_segment(plan_.mirror, range, now);
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
  Mirror& mirror = mirrors_.at(segment->mirror);
  note_answer(mirror, now - segment->started, segment->asked_end - segment->position,
              event.granted_end - segment->position);
  mirror.connections->on_answer(receiving(segment->mirror), event.round_trip, now);
  if (plan_.ranges && event.granted_end < segment->end) {
    missing_.add({event.granted_end, segment->end});
    segment->end = event.granted_end;
  }
  segment->round_trip = event.round_trip;
  segment->last_activity = segment->window_start = segment->pace.begun = now;
  segment->rate = RateEstimator(now);
}

void Scheduler::handle(const SegmentAdvanced& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr || event.position <= segment->position) return;
  const std::uint64_t bytes = event.position - segment->position;
  segment->position = event.position;
  segment->last_activity = now;
  segment->window_bytes += bytes;
  segment->pace.bytes += bytes;
  segment->rate.add(bytes, now);
  ConnectionPolicy& policy = *mirrors_.at(segment->mirror).connections;
  const bool tail = missing_.empty() && static_cast<int>(segments_.size()) < connections(now);
  if (tail) {  // fewer and fewer have work
    policy.on_disturbance(now);
  } else {
    policy.on_bytes(bytes, receiving(segment->mirror), now);
  }
  // A stream that began again brings what was there before: only what lies beyond is new.
  const std::uint64_t known = std::max(furthest_, event.position - bytes);
  const std::uint64_t beyond = event.position > known ? event.position - known : 0;
  furthest_ = std::max(furthest_, event.position);
  mirrors_.on_progress(segment->mirror, plan_.ranges ? bytes : beyond, now);
}

void Scheduler::handle(const SegmentPath& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr) return;
  const auto before = std::exchange(segment->out_of_order, event.facts.out_of_order);
  if (!before) return;
  mirrors_.at(segment->mirror)
      .connections->on_path(event.facts.out_of_order > *before, event.facts, now);
}

void Scheduler::handle(const SegmentPaused& event, Instant now) {
  Segment* segment = find(event.id);
  if (segment == nullptr) return;
  segment->paused = event.paused;
  segment->last_activity = segment->window_start = now;
  segment->window_bytes = 0;
  segment->pace = {.begun = now, .best = segment->pace.best};
  mirrors_.at(segment->mirror).connections->on_disturbance(now);
}

void Scheduler::handle(const SegmentEnded& event, Instant now) {
  const Segment* segment = find(event.id);
  if (segment == nullptr) return;
  const MirrorId mirror = segment->mirror;
  const RetryPolicy::Attempt attempt{.started = segment->started, .answered = segment->opened};
  finish_segment(event.id, event.failure.has_value(), now);
  if (event.failure) after_failure(mirror, *event.failure, attempt, now);
}

void Scheduler::handle(const RangeLost& event, Instant now) {
  // A stream begins at 0 again, whatever is wanted of it.
  missing_.add(plan_.ranges ? event.range : ByteRange{0, plan_.size});
  if (std::exchange(all_written_, false)) mirrors_.begin_waiting(now);
}

void Scheduler::handle(const WindowMoved& event, Instant) { window_end_ = event.end; }

void Scheduler::handle(const LoopBlocked& event, Instant now) {
  for (Segment& segment : segments_) {
    mirrors_.at(segment.mirror).connections->on_disturbance(now);
    segment.last_activity += event.length;
    segment.window_start += event.length;
    segment.pace.begun += event.length;
  }
}

void Scheduler::handle(const Tick&, Instant now) {
  for (MirrorId id : mirrors_.ready()) {
    std::erase_if(mirrors_.at(id).waits, [now](Instant until) { return until <= now; });
  }
  if (held_back()) mirrors_.begin_waiting(now);
  check_stalls(now);
  if (stopped_ || all_written_) return;
  check_crawlers(now);
  if (mirrors_.past_deadline(now)) {
    return stop_with(GiveUp{plan_.mirror,
                            {.kind = FailureKind::Stall,
                             .number = 0,
                             .cause = "no new byte for as long as --give-up-after allows",
                             .retry_after = std::nullopt,
                             .offered = std::nullopt}});
  }
  compare_mirrors(now);
  reconsider_if_nobody_serves();
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
  std::optional<Instant> next = mirrors_.deadline();
  for (MirrorId id : mirrors_.ready()) {
    for (Instant until : mirrors_.at(id).waits) next = earliest(next, until);
  }
  for (const Segment& segment : segments_) {
    if (segment.paused) continue;
    next = earliest(next, stall_deadline(segment));
    if (may_crawl(segment)) next = earliest(next, segment.pace.begun + pace_span(segment));
  }
  return next;
}

int Scheduler::receiving() const {
  return static_cast<int>(
      std::count_if(segments_.begin(), segments_.end(), [](const auto& s) { return s.opened; }));
}

int Scheduler::receiving(MirrorId mirror) const {
  return static_cast<int>(std::count_if(segments_.begin(), segments_.end(), [&](const auto& s) {
    return s.opened && s.mirror == mirror;
  }));
}

Scheduler::Segment* Scheduler::find(SegmentId id) {
  const auto it = std::find_if(segments_.begin(), segments_.end(),
                               [id](const Segment& segment) { return segment.id == id; });
  return it == segments_.end() ? nullptr : &*it;
}

Scheduler::Segment& Scheduler::add_segment(MirrorId mirror, ByteRange range, Instant now) {
  missing_.remove(range);
  int& idle = mirrors_.at(mirror).idle;
  idle = std::max(0, idle - 1);
  segments_.push_back({.id = next_id_++,
                       .mirror = mirror,
                       .position = range.begin,
                       .end = range.end,
                       .asked_end = range.end,
                       .started = now,
                       .last_activity = now,
                       .window_start = now,
                       .pace = {.begun = now},
                       .rate = RateEstimator(now)});
  return segments_.back();
}

void Scheduler::finish_segment(SegmentId id, bool failed, Instant now) {
  const auto it = std::find_if(segments_.begin(), segments_.end(),
                               [id](const Segment& segment) { return segment.id == id; });
  const Segment ended = *it;
  segments_.erase(it);
  if (ended.opened && !failed) {
    Mirror& mirror = mirrors_.at(ended.mirror);
    const double rate = ended.rate.rate(now);
    if (rate > 0) mirror.last_rate = rate;  // else it was too short to tell
    mirror.last_round_trip = ended.round_trip;
    mirror.rests = 0;
    if (ended.end == ended.granted_end) ++mirror.idle;
  }
  if (!plan_.ranges) {
    // One stream cannot begin in the middle: it is asked for from 0 again.
    if (failed) missing_ = RangeSet(ByteRange{0, plan_.size});
  } else if (!leave_to_twin(ended, failed)) {
    missing_.add({ended.position, ended.end});
  }
}

// What the head of a usable response tells of the server.
void Scheduler::note_answer(Mirror& mirror, Duration answer, std::uint64_t asked,
                            std::uint64_t granted) const {
  mirror.longest_answer = std::max({mirror.longest_answer, answer, kShortestAnswer});
  mirror.retry.on_answer(answer);
  if (plan_.ranges) mirror.range_cap.on_grant(asked, granted);
}

bool Scheduler::any_delivers() const {
  return std::any_of(segments_.begin(), segments_.end(),
                     [](const Segment& segment) { return segment.opened && !segment.paused; });
}

bool Scheduler::delivers(MirrorId mirror) const {
  return std::any_of(segments_.begin(), segments_.end(), [mirror](const Segment& segment) {
    return segment.mirror == mirror && segment.opened && !segment.paused;
  });
}

void Scheduler::after_failure(MirrorId id, const Failure& failure, RetryPolicy::Attempt attempt,
                              Instant now) {
  Mirror& mirror = mirrors_.at(id);
  attempt.others_work = delivers(id);
  const auto verdict = mirror.retry.on_failure(failure, attempt, now, random_.next());
  switch (verdict.remedy) {
    case Remedy::FewerConnections:
      mirror.connections->on_refusal(segments_of(id), verdict.wait, now);
      return;
    case Remedy::GiveUp:
      if (leave_mirror(id, verdict.wait, now)) return;
      if (mirrors_.others_left(id)) return ask_others(id, failure, now);
      return stop_with(GiveUp{id, failure});
    case Remedy::AskPlainly:
    case Remedy::CheckVersion:
    case Remedy::Refresh:
      if (leave_mirror(id, verdict.wait, now)) return;
      return stop_with(Reconsider{id, failure, verdict.wait, verdict.remedy == Remedy::Refresh});
    case Remedy::StartOver: actions_.emplace_back(StartOver{id}); break;
    case Remedy::TryAgain: break;
  }
  if (!any_delivers()) {
    const bool tried_enough = mirror.retry.failures() >= kFailuresBeforeAskingOthers;
    if (tried_enough && segments_.empty() && !mirrors_.others_ready(id) &&
        mirrors_.others_may_be_asked(id, now)) {
      return ask_others(id, failure, now);
    }
    actions_.emplace_back(RetryLater{id, failure, verdict.wait});
  }
  mirror.waits.push_back(now + verdict.wait);
}

void Scheduler::stop_with(SchedulerAction action) {
  stopped_ = true;
  actions_.push_back(std::move(action));
}

void Scheduler::fill(Instant now) {
  if (!next_mirror(now)) return;
  trim(now);
  while (const auto mirror = next_mirror(now)) {
    if (!worth_another(*mirror, now)) return;
    auto range = pick(*mirror, now);
    if (!range) range = take_over(*mirror, now);
    if (!range) {
      if (!hedge(now)) return;
      continue;
    }
    const Segment& segment = add_segment(*mirror, *range, now);
    actions_.emplace_back(StartSegment{segment.id, *mirror, *range});
  }
}

// A connection that is open already costs nothing; a new one must be of use before all is there.
bool Scheduler::worth_another(MirrorId mirror, Instant now) const {
  if (mirrors_.at(mirror).idle > 0 || !any_delivers()) return true;
  return static_cast<double>(bytes_left()) > total_rate(now) * setup_time(mirror);
}

std::optional<ByteRange> Scheduler::pick(MirrorId mirror, Instant now) const {
  const auto gap = missing_.next(0);
  if (!gap || gap->begin >= window_end_) return std::nullopt;
  // What is held before or behind the gap comes again, and may have been given up for that.
  if (!plan_.ranges) return ByteRange{0, plan_.size};
  if (!plan_.split) return ByteRange{gap->begin, capped(mirror, gap->begin, gap->end)};
  std::uint64_t end = end_after(gap->begin, range_length(mirror, now));
  // A sliver at the end of the gap is not worth a request of its own.
  if (end + kSmallestRange >= gap->end) end = gap->end;
  end = capped(mirror, gap->begin, end);
  if (end <= window_end_) return ByteRange{gap->begin, end};
  // Beyond the window it would hold a connection without taking a byte; while others move the
  // window, a sliver before its end is not worth a request either.
  const bool sliver = window_end_ - gap->begin < kSmallestRange;
  if (sliver && !segments_.empty()) return std::nullopt;
  return ByteRange{gap->begin, window_end_};
}

// No further than the server goes in one response, and on a piece boundary if one is within reach.
std::uint64_t Scheduler::capped(MirrorId mirror, std::uint64_t begin, std::uint64_t end) const {
  const std::uint64_t longest = mirrors_.at(mirror).range_cap.longest();
  if (end - begin <= longest) return end;
  const std::uint64_t furthest = begin + longest;
  const std::uint64_t boundary = furthest - furthest % plan_.piece_length;
  return boundary > begin ? boundary : furthest;
}

// What one of so many connections may take of the window at most.
std::uint64_t Scheduler::window_share(int connections) const {
  if (plan_.window_length == kUnknownEnd) return kUnknownEnd;
  return plan_.window_length / (2 * static_cast<std::uint64_t>(connections));
}

std::uint64_t Scheduler::range_length(MirrorId mirror, Instant now) const {
  const int shared_by = connections_soon(now);
  const double rate = expected_rate(mirror, now);
  std::uint64_t wanted = kFirstRange;
  std::uint64_t least = std::max(plan_.piece_length, kSmallestRange);
  if (rate > 0) {
    const Duration span =
        std::clamp(mean_round_trip(mirror) * kRoundTripsPerRange, kShortestRange, kLongestRange);
    wanted = static_cast<std::uint64_t>(rate * to_seconds(span));
    least = kSmallestRange;
  }
  const std::uint64_t fair =
      bytes_left() / (static_cast<std::uint64_t>(shared_by) * kRangesPerConnectionLeft);
  const std::uint64_t most = std::min(fair, window_share(connections(now)));
  return std::max(std::min(wanted, most), least);
}

std::uint64_t Scheduler::bytes_left() const {
  std::uint64_t left = missing_.size();
  for (const Segment& segment : segments_) left += segment.left();
  return left;
}

// Where a range of about that length should end. Pieces that come in parts are read again to be
// hashed, so that only what is shorter than a piece ends within one, on an even part of it.
std::uint64_t Scheduler::end_after(std::uint64_t begin, std::uint64_t length) const {
  std::uint64_t unit = plan_.piece_length;
  while (unit > length && unit > kSmallestPart) unit /= 2;
  const std::uint64_t end = begin + length;
  const std::uint64_t over = end % unit;
  return over == 0 ? end : end + (unit - over);
}

}  // namespace xget::core
