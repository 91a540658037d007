#include "core/auto_connections.hpp"

#include <algorithm>
#include <utility>

namespace xget::core {
namespace {

constexpr int kRoundTripsPerEpochOfHold = 4;
constexpr Duration kShortestEpoch = std::chrono::milliseconds(60);
constexpr Duration kLongestEpoch = std::chrono::seconds(1);

// Slow start doubles the rate with each round trip; what grows less has found its speed.
constexpr double kGrowsByItself = 1.4;
constexpr double kStillGrows = 1.15;  // of a trial whose connections are young
constexpr int kEpochsOfRest = 4;
constexpr int kMostEpochsOfTrial = 12;
constexpr int kMostEpochsOfWaiting = 6;  // for all connections of a trial to be answered
// What slow start brought before the first loss is gone only after some.
constexpr int kLeastEpochsOfTrialWithLoss = 6;

constexpr double kEnough = 1.0 / 3;  // of the gain of a perfectly parallel path
constexpr double kClearProof = 0.5;
constexpr int kGoneOf = 4;          // one of so many connections, so that it shows
constexpr double kNearlyAll = 0.6;  // the next step may be bold
constexpr Duration kHoldOfFullPath = std::chrono::seconds(4);
constexpr int kBold = 4;
constexpr int kCareful = 2;
constexpr double kAsFastWithFewer = 0.93;
// Slow start goes far beyond what loss allows later: what is compared with such a burst says
// nothing.
constexpr double kCollapsed = 0.7;
// Times the shortest round trip. Slow start ends at such a rise (HyStart, RFC 9406 section 4.2), so
// the queue of a path that one connection fills need not be longer.
constexpr double kQueueStands = 1.125;
constexpr Duration kQueueStandsFrom = std::chrono::milliseconds(5);  // less is the machine's own
constexpr Duration kQueueRemembered = std::chrono::seconds(1);

}  // namespace

AutoConnections::AutoConnections(int most)
    : borne_(most), wanted_(std::min(kFirst, std::max(1, most))), growth_(kBold) {}

int AutoConnections::target(Instant now) const { return std::min(wanted_, borne_.target(now)); }

// Steps follow each other within some round trips, the more so where losses show that they pay.
int AutoConnections::soon(Instant now) const {
  if (stage_ == Stage::Hold) return target(now);
  return lossy_ ? borne_.target(now) : std::min(wanted_ * growth_, borne_.target(now));
}

void AutoConnections::on_refusal(int active, Duration wait, Instant now) {
  borne_.on_refusal(active, wait, now);
}

void AutoConnections::on_answer(int active, Duration round_trip, Instant now) {
  borne_.on_answer(active, round_trip, now);
  note_round_trip(round_trip);
  // What the young ones bring counts from when they are answered.
  const bool trial_of_more = stage_ == Stage::Trial && !settled_ && wanted_ > before_;
  if (trial_of_more && is_enough_of_trial(active)) {
    // Without a rate to compare with, the next step would need no proof either.
    if (needs_no_proof() && last_rate_ > 0) return try_more(last_rate_, now);
    settled_ = true;
    begin_epoch(now);
  }
}

void AutoConnections::on_path(bool lost, const PathFacts& facts, Instant now) {
  // A connection that began behind a queue has never seen the path without it: others may have.
  note_round_trip(facts.least_round_trip);
  note_round_trip(facts.round_trip);
  const bool stands =
      facts.round_trip >
      std::max(kQueueStandsFrom, from_seconds(kQueueStands * to_seconds(round_trip_)));
  if (stands) queue_until_ = now + kQueueRemembered;
  if (lost && now >= queue_until_) lossy_ = true;
}

void AutoConnections::note_round_trip(Duration round_trip) {
  if (round_trip <= Duration::zero()) return;
  if (round_trip_ == Duration::zero() || round_trip < round_trip_) round_trip_ = round_trip;
}

void AutoConnections::on_disturbance(Instant) {
  epoch_begun_.reset();
  last_rate_ = 0;
}

void AutoConnections::on_bytes(std::uint64_t bytes, int active, Instant now) {
  if (!epoch_begun_) begin_epoch(now);
  epoch_bytes_ += bytes;
  const Duration length = now - *epoch_begun_;
  if (length < epoch()) return;
  const double rate = static_cast<double>(epoch_bytes_) / to_seconds(length);
  begin_epoch(now);
  end_epoch(rate, active, now);
  last_rate_ = rate;
}

const char* AutoConnections::stage() const {
  switch (stage_) {
    case Stage::Start: return "start";
    case Stage::Trial: return "trial";
    case Stage::Hold: return "hold";
  }
  return "";
}

void AutoConnections::begin_epoch(Instant now) {
  epoch_begun_ = now;
  epoch_bytes_ = 0;
}

Duration AutoConnections::epoch() const {
  const bool rests = stage_ == Stage::Hold && taken_back_ == 0;
  const int round_trips = rests ? kRoundTripsPerEpochOfHold : 1;
  return std::clamp(round_trips * round_trip_, kShortestEpoch, kLongestEpoch);
}

void AutoConnections::end_epoch(double rate, int active, Instant now) {
  switch (stage_) {
    case Stage::Start: {
      const bool grows = rate > kGrowsByItself * highest_;
      highest_ = std::max(highest_, rate);
      epochs_of_rest_ = grows ? 0 : epochs_of_rest_ + 1;
      if (!lossy_ && epochs_of_rest_ < kEpochsOfRest) return;
      if (now < queue_until_) {
        pause_ = kHoldOfFullPath;
        return hold(now);
      }
      return try_more(rate, now);
    }
    case Stage::Trial: {
      ++epochs_of_trial_;
      wanted_ = std::max(1, target(now));  // more was refused
      if (!settled_) {
        settled_ = wanted_ > before_ ? is_enough_of_trial(active) : active <= wanted_;
        if (!settled_ && epochs_of_trial_ < kMostEpochsOfWaiting) return;
        settled_ = true;
        epochs_of_trial_ = 0;
      }
      return judge_trial(rate, rate > kStillGrows * last_rate_, now);
    }
    case Stage::Hold:
      rate_held_ = std::max(rate_held_, rate);
      if (paid_after_all(rate, active)) {
        wanted_ = std::min(taken_back_, borne_.target(now));
        pause_ = kFirstHold;
        return hold(now);
      }
      if (lossy_ && rate < kCollapsed * rate_held_) {  // what it was compared with was a burst
        growth_ = kBold;
        return try_more(rate, now);
      }
      // What there would be to compare with is not the number's that is held.
      if (now < hold_until_ || active > wanted_) return;
      if (fewer_next_ && wanted_ > 1) {
        try_number(wanted_ - std::max(1, wanted_ / 4), std::max(rate, last_rate_));
      } else {
        growth_ = kCareful;
        try_more(std::max(rate, last_rate_), now);
      }
      fewer_next_ = !fewer_next_;
      return;
  }
}

// Compares the total with what it was before the number changed.
void AutoConnections::judge_trial(double rate, bool grows, Instant now) {
  if (wanted_ < before_) {
    if (rate < kAsFastWithFewer * rate_before_) {
      wanted_ = before_;
    } else {
      pause_ = kFirstHold;
      fewer_next_ = true;
    }
    return hold(now);
  }
  if (pays(rate)) {
    pause_ = kFirstHold;
    return try_more(rate, now);
  }
  if (lossy_ && rate < kCollapsed * rate_before_) return try_more(rate, now);
  const int patience = lossy_ ? kLeastEpochsOfTrialWithLoss : 0;
  if (epochs_of_trial_ < (grows ? kMostEpochsOfTrial : patience)) return;
  const int tried = std::exchange(wanted_, before_);
  hold(now);
  taken_back_ = tried;
  rate_held_ = rate;
}

// The connections that a step brought go one after the other, as their ranges end. If the total
// goes with them, connections are what is short, whatever it was before the step.
bool AutoConnections::paid_after_all(double rate, int active) const {
  if (active < 1 || kGoneOf * (taken_back_ - active) < taken_back_) return false;
  const double perfect = rate * (static_cast<double>(taken_back_) / active - 1);
  return rate_held_ - rate >= kClearProof * std::max(perfect, 1.0);
}

// Without a queue the path is not full, and so few connections may be had for the asking.
bool AutoConnections::needs_no_proof() const { return lossy_ && wanted_ <= kFreely; }

// Whether the step is to be kept; growth_ says then how large the next one may be.
bool AutoConnections::pays(double rate) {
  const double perfect = rate_before_ * (static_cast<double>(wanted_) / before_ - 1);
  const double gain = (rate - rate_before_) / std::max(perfect, 1.0);
  growth_ = gain >= kNearlyAll ? kBold : kCareful;
  return gain >= (wanted_ > kFreely ? kClearProof : kEnough);
}

void AutoConnections::try_more(double rate, Instant now) {
  const int next = lossy_ ? std::max(kFreely, wanted_ * growth_) : wanted_ * growth_;
  const int number = std::min(next, borne_.target(now));
  if (number <= wanted_) return hold(now);
  try_number(number, rate);
}

// A packet of a handshake may be lost, and is sent again after a second only: the others tell
// enough.
bool AutoConnections::is_enough_of_trial(int active) const {
  return active >= wanted_ - (wanted_ - before_) / 4;
}

void AutoConnections::try_number(int number, double rate_before) {
  before_ = wanted_;
  rate_before_ = rate_before;
  wanted_ = number;
  epochs_of_trial_ = 0;
  settled_ = false;
  stage_ = Stage::Trial;
}

void AutoConnections::hold(Instant now) {
  stage_ = Stage::Hold;
  lossy_ = false;
  taken_back_ = 0;
  rate_held_ = 0;
  hold_until_ = now + pause_;
  pause_ = std::min(2 * pause_, kLongestHold);
}

}  // namespace xget::core
