// What the scheduler gives up on: connections that are silent, that trickle, or that have become
// far slower than they were.
#include <algorithm>
#include <vector>

#include "core/scheduler.hpp"

namespace xget::core {
namespace {

// An answer that takes so many times as long as any before it is not on its way, if others are.
constexpr int kAnswersOfPatience = 16;
constexpr Duration kLeastPatience = std::chrono::seconds(5);
constexpr double kRateOfSilence = 1;  // so that the other mirrors go first

constexpr int kRoundTripsOfPace = 16;
constexpr Duration kShortestPace = std::chrono::seconds(1);
constexpr Duration kLongestPace = std::chrono::seconds(5);
constexpr double kOfItsBest = 0.1;     // a crawler's rate at most
constexpr double kOfTheOthers = 0.25;  // likewise, of their mean

}  // namespace

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
    end_stalled(id, now);
    if (stopped_) return;
  }
}

void Scheduler::end_stalled(SegmentId id, Instant now) {
  const Segment* segment = find(id);
  if (segment == nullptr) return;  // its twin had all, and has just made it superfluous
  actions_.emplace_back(CancelSegment{id, CancelReason::Stalled});
  // It brought all it should; only its response does not end.
  if (segment->left() == 0) return finish_segment(id, false, now);
  const MirrorId mirror = segment->mirror;
  const RetryPolicy::Attempt attempt{.started = segment->started, .answered = segment->opened};
  finish_segment(id, true, now);
  if (mirrors_.others_ready(mirror)) mirrors_.at(mirror).last_rate = kRateOfSilence;
  after_failure(mirror,
                {.kind = FailureKind::Stall,
                 .number = 0,
                 .cause = "no bytes, or only a trickle, for as long as --stall-timeout allows",
                 .retry_after = std::nullopt,
                 .offered = std::nullopt},
                attempt, now);
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
  if (!segment.opened) return segment.last_activity + patience(segment.mirror);
  return std::min(segment.last_activity, segment.window_start) + plan_.stall_timeout;
}

// With a request that is not answered. While others deliver the server is well, and may be of those
// that take one connection too many and never say a word on it.
Duration Scheduler::patience(MirrorId mirror) const {
  const Duration full =
      mirrors_.at(mirror).retry.patience(plan_.connect_timeout + plan_.stall_timeout);
  if (!any_delivers()) return full;
  const Duration least = std::min(kLeastPatience, plan_.stall_timeout);
  return std::min(full, std::max(least, kAnswersOfPatience * mirrors_.at(mirror).longest_answer));
}

// Those that bring less and less, while others do not, are replaced: what they have to fetch is
// asked for anew, on another address where there is one.
void Scheduler::check_crawlers(Instant now) {
  std::vector<SegmentId> crawlers;
  for (Segment& segment : segments_) {
    const Duration watched = now - segment.pace.begun;
    if (!may_crawl(segment) || watched < pace_span(segment)) continue;
    const double rate = static_cast<double>(segment.pace.bytes) / to_seconds(watched);
    // Both are smoothed alike: where all have become slow, none is slower than the others.
    const bool slowest = segment.rate.rate(now) < kOfTheOthers * mean_rate_of_others(segment, now);
    if (slowest && rate < kOfItsBest * segment.pace.best) crawlers.push_back(segment.id);
    segment.pace = {.begun = now, .best = std::max(segment.pace.best, rate)};
  }
  for (const SegmentId id : crawlers) {
    actions_.emplace_back(CancelSegment{id, CancelReason::Crawls});
    finish_segment(id, true, now);
  }
}

// A twin is as good as a replacement; a stream would begin at 0 again.
bool Scheduler::may_crawl(const Segment& segment) const {
  return plan_.ranges && segment.opened && !segment.paused && segment.twin == 0;
}

// Alone it may be the path's rate that fell: that takes longer to be believed.
Duration Scheduler::pace_span(const Segment& segment) const {
  const bool alone = std::none_of(
      segments_.begin(), segments_.end(),
      [&segment](const Segment& other) { return other.opened && other.id != segment.id; });
  if (alone) return plan_.stall_timeout;
  const Duration span =
      std::clamp(kRoundTripsOfPace * segment.round_trip, kShortestPace, kLongestPace);
  return std::min(span, plan_.stall_timeout);
}

}  // namespace xget::core
