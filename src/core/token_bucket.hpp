// A rate limit: tokens are bytes. Smooth: it never saves up more than a tick's worth.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace xget::core {

class TokenBucket {
 public:
  static constexpr Duration kTick = std::chrono::milliseconds(50);

  // 0 bytes per second: no limit.
  explicit TokenBucket(std::uint64_t bytes_per_second)
      : rate_(static_cast<double>(bytes_per_second)) {}

  [[nodiscard]] bool limited() const { return rate_ > 0; }

  // From now on. What the old rate left over or owed is forgotten: a debt of a moment at that one
  // may be hours at this one.
  void set_rate(std::uint64_t bytes_per_second, Instant now) {
    if (rate_ == static_cast<double>(bytes_per_second)) return;
    rate_ = static_cast<double>(bytes_per_second);
    tokens_ = 0;
    last_ = now;
  }

  // Bytes that have arrived and cannot be sent back: the bucket may go into debt.
  void take(std::uint64_t bytes, Instant now) {
    if (!limited()) return;
    refill(now);
    tokens_ -= static_cast<double>(bytes);
  }

  [[nodiscard]] bool open(Instant now) {
    refill(now);
    return !limited() || tokens_ >= 0;
  }

  // When `open` will be true, at the earliest a tick from now.
  [[nodiscard]] Instant opens_at(Instant now) {
    refill(now);
    const Duration debt = tokens_ < 0 ? from_seconds(-tokens_ / rate_) : Duration::zero();
    return now + std::max(debt, kTick);
  }

 private:
  void refill(Instant now) {
    if (!limited()) return;
    if (now > last_) {
      const double most = rate_ * to_seconds(kTick);
      tokens_ = std::min(most, tokens_ + rate_ * to_seconds(now - last_));
      last_ = now;
    }
  }

  double rate_;
  double tokens_ = 0;
  Instant last_{};
};

}  // namespace xget::core
