#include "core/connection_policy.hpp"

#include <algorithm>

namespace xget::core {

FixedConnections::FixedConnections(int count) : count_(std::max(1, count)), borne_(count_) {}

int FixedConnections::target(Instant now) const {
  return borne_ < count_ && now >= one_more_at_ ? borne_ + 1 : borne_;
}

void FixedConnections::on_refusal(int active, Duration wait, Instant now) {
  const int borne = std::clamp(active, 1, count_);
  // Within a pause nothing new is tried: what is refused then was asked before it began.
  if (now >= one_more_at_) {
    const bool met_again = borne >= borne_;
    pause_ = met_again ? std::clamp(2 * pause_, kFirstPause, kLongestPause) : kFirstPause;
    one_more_at_ = now + pause_;
  }
  one_more_at_ = std::max(one_more_at_, now + std::min(wait, kLongestPause));
  borne_ = borne;
}

void FixedConnections::on_answer(int active, Duration, Instant now) {
  if (active <= borne_) return;
  borne_ = std::min(active, count_);
  pause_ = Duration::zero();
  one_more_at_ = now;
}

}  // namespace xget::core
