// A rate that does not jump, for telling how long the rest will take. Pure.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace xget::cli {

class SmoothedRate {
 public:
  // `now` never goes back.
  void add(double bytes_per_second, Duration now) {
    if (!rate_) {
      rate_ = bytes_per_second;
    } else {
      const double weight = 1 - std::exp(-to_seconds(now - last_) / kMemorySeconds);
      *rate_ += weight * (bytes_per_second - *rate_);
    }
    last_ = now;
  }

  // nullopt while nothing moves.
  [[nodiscard]] std::optional<Duration> time_for(std::uint64_t bytes) const {
    if (!rate_ || *rate_ < 1) return std::nullopt;
    const double length = static_cast<double>(bytes) / *rate_;
    if (length > kLongestSeconds) return std::nullopt;
    return from_seconds(length);
  }

 private:
  static constexpr double kMemorySeconds = 8;
  static constexpr double kLongestSeconds = 100 * 86400.0;  // further away, nobody knows

  std::optional<double> rate_;  // bytes per second
  Duration last_{};
};

}  // namespace xget::cli
