// The scheduler's choice among mirrors: who may serve, who is left, where the next connection goes.
#include <algorithm>
#include <limits>
#include <utility>

#include "core/scheduler.hpp"

namespace xget::core {
namespace {

constexpr std::uint64_t kEnoughToCompare = 64ULL << 10;  // held bytes
constexpr std::size_t kMostReady = 16;
constexpr int kMostCompared = 4;       // at once
constexpr int kCompareRoundTrips = 8;  // that it takes until a mirror serves

}  // namespace

int Scheduler::segments_of(MirrorId mirror) const {
  return static_cast<int>(std::count_if(segments_.begin(), segments_.end(),
                                        [mirror](const auto& s) { return s.mirror == mirror; }));
}

void Scheduler::handle(const MirrorAdmitted& event, Instant) {
  Mirror& mirror = mirrors_.at(event.mirror);
  if (mirror.last_rate == 0) mirror.last_rate = event.rate;
  if (mirror.last_round_trip == Duration::zero()) mirror.last_round_trip = event.round_trip;
  mirror.waits.clear();
  mirrors_.admit(event.mirror);
}

void Scheduler::handle(const MirrorFailed& event, Instant now) {
  mirrors_.rest(event.mirror, Duration::zero(), now);
}

void Scheduler::handle(const MirrorExpelled& event, Instant now) {
  mirrors_.expel(event.mirror);
  std::vector<SegmentId> running;
  for (const Segment& segment : segments_) {
    if (segment.mirror == event.mirror) running.push_back(segment.id);
  }
  for (SegmentId id : running) {
    if (find(id) == nullptr) continue;  // its twin had all, and has just made it superfluous
    actions_.emplace_back(CancelSegment{id, CancelReason::Expelled});
    finish_segment(id, true, now);
  }
}

// Its running segments go on: only what it said last was of no use. False: there is no other.
bool Scheduler::leave_mirror(MirrorId id, Duration wait, Instant now) {
  if (!mirrors_.others_ready(id)) return false;
  mirrors_.rest(id, wait, now);
  return true;
}

// Nobody else serves, but somebody may once it was asked what it has.
void Scheduler::ask_others(MirrorId failed, const Failure& failure, Instant now) {
  mirrors_.rest(failed, Duration::zero(), now);
  stop_with(Reconsider{failed, failure, Duration::zero()});
}

// Some of those that nobody has asked yet, where they can be of use before all is there.
void Scheduler::compare_mirrors(Instant now) {
  if (!plan_.more_mirrors || !plan_.ranges || mirrors_.ready().size() >= kMostReady) return;
  const std::uint64_t left = bytes_left();
  if (left == 0 || left > plan_.size || plan_.size - left < kEnoughToCompare) return;
  const double time = kCompareRoundTrips * to_seconds(mean_round_trip(plan_.mirror));
  if (any_delivers() && static_cast<double>(left) < total_rate(now) * time) return;
  for (int compared = mirrors_.compared(); compared < kMostCompared; ++compared) {
    const auto next = mirrors_.next_to_compare(now);
    if (!next) return;
    mirrors_.begin_comparing(*next);
    actions_.emplace_back(CompareMirror{*next});
  }
}

void Scheduler::reconsider_if_nobody_serves() {
  if (!segments_.empty() || !mirrors_.ready().empty() || mirrors_.compared() > 0) return;
  stop_with(Reconsider{plan_.mirror,
                       {.kind = FailureKind::Stall,
                        .number = 0,
                        .cause = "no mirror serves any more",
                        .retry_after = std::nullopt,
                        .offered = std::nullopt},
                       Duration::zero()});
}

int Scheduler::connections(Instant now) const {
  if (!plan_.ranges || !plan_.split) return 1;
  int sum = 0;
  for (MirrorId id : mirrors_.ready()) sum += mirrors_.at(id).connections->target(now);
  return std::clamp(sum, 1, plan_.most_connections);
}

int Scheduler::connections_soon(Instant now) const {
  int sum = 0;
  for (MirrorId id : mirrors_.ready()) sum += mirrors_.at(id).connections->soon(now);
  return std::clamp(sum, connections(now), plan_.most_connections);
}

// nullopt: all connections that may be used are.
std::optional<MirrorId> Scheduler::next_mirror(Instant now, std::optional<MirrorId> but) const {
  const bool one = !plan_.ranges || !plan_.split;
  if (static_cast<int>(segments_.size()) >= (one ? 1 : plan_.most_connections)) return std::nullopt;
  std::optional<MirrorId> best;
  double most = -1;
  for (MirrorId id : mirrors_.ready()) {
    if ((one && id != plan_.mirror) || id == but) continue;
    const Mirror& mirror = mirrors_.at(id);
    const int used = segments_of(id) + static_cast<int>(mirror.waits.size());
    if (used >= (one ? 1 : mirror.connections->target(now))) continue;
    const double promise = promise_of(id, now);
    if (promise <= most) continue;
    most = promise;
    best = id;
  }
  return best;
}

// What one more connection may bring, more or less: a mirror has less and less to give to each.
double Scheduler::promise_of(MirrorId mirror, Instant now) const {
  const double rate = expected_rate(mirror, now);
  if (rate > 0) return rate / (segments_of(mirror) + 1);
  return std::numeric_limits<double>::max();  // nobody knows: to be found out
}

}  // namespace xget::core
