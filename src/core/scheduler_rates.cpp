// What the scheduler believes of its connections' speeds.
#include <algorithm>
#include <limits>

#include "core/scheduler.hpp"

namespace xget::core {
namespace {

constexpr double kSetupRoundTrips = 2;  // of a new connection: its handshake and the request
constexpr double kAskRoundTrips = 1;    // of one that is open: the request
constexpr Duration kYoung = std::chrono::milliseconds(200);
constexpr int kRoundTripsOfYouth = 6;

}  // namespace

double Scheduler::total_rate(Instant now) const {
  double total = 0;
  for (const Segment& segment : segments_) total += segment.rate.rate(now);
  return total;
}

// A young connection has not found its speed: until then it is taken for as fast as the others.
double Scheduler::believed_rate(const Segment& segment, Instant now) const {
  const Duration young = std::max(kYoung, kRoundTripsOfYouth * segment.round_trip);
  const double seen = std::max(segment.rate.rate(now), 1.0);
  return now - segment.opened_at < young ? std::max(seen, expected_rate(segment.mirror, now))
                                         : seen;
}

double Scheduler::expected_rate(MirrorId mirror, Instant now) const {
  if (mirrors_.at(mirror).last_rate > 0) return mirrors_.at(mirror).last_rate;
  double sum = 0;
  int known = 0;
  for (const Segment& segment : segments_) {
    const bool counts = segment.opened && segment.mirror == mirror;
    const double rate = counts ? segment.rate.rate(now) : 0;
    if (rate > 0) {
      sum += rate;
      ++known;
    }
  }
  return known == 0 ? 0 : sum / known;
}

double Scheduler::mean_rate_of_others(const Segment& one, Instant now) const {
  double sum = 0;
  int others = 0;
  for (const Segment& segment : segments_) {
    if (!segment.opened || segment.id == one.id || segment.mirror != one.mirror) continue;
    sum += segment.rate.rate(now);
    ++others;
  }
  return others == 0 ? std::numeric_limits<double>::infinity() : sum / others;
}

Duration Scheduler::mean_round_trip(MirrorId mirror) const {
  Duration sum{};
  int known = 0;
  for (const Segment& segment : segments_) {
    if (segment.opened && segment.mirror == mirror) {
      sum += segment.round_trip;
      ++known;
    }
  }
  return known == 0 ? mirrors_.at(mirror).last_round_trip : sum / known;
}

double Scheduler::setup_time(MirrorId mirror) const {
  const double round_trips = mirrors_.at(mirror).idle > 0 ? kAskRoundTrips : kSetupRoundTrips;
  return round_trips * to_seconds(mean_round_trip(mirror));
}

}  // namespace xget::core
