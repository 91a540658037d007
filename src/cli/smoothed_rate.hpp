// A rate that does not jump, for telling how long the rest will take. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/time.hpp"

namespace xget::cli {

class SmoothedRate {
 public:
  // `now` never goes back.
  void add(double bytes_per_second, Duration now) {
    if (weight_ == 0) {
      first_ = now;
      average_ = bytes_per_second;
      weight_ = kFirstWeight;
    } else {
      // What the first moments bring is seldom what lasts: they are soon forgotten.
      const double memory = std::clamp(to_seconds(now - first_) / 2, kShortestMemory, kMemory);
      const double kept = std::exp(-to_seconds(now - last_) / memory);
      const double sum = kept * weight_ * average_ + (1 - kept) * bytes_per_second;
      weight_ = kept * weight_ + (1 - kept);
      average_ = sum / weight_;
    }
    last_ = now;
  }

  // nullopt while nothing moves.
  [[nodiscard]] std::optional<Duration> time_for(std::uint64_t bytes) const {
    if (average_ < 1) return std::nullopt;
    const double length = static_cast<double>(bytes) / average_;
    if (length > kLongestSeconds) return std::nullopt;
    return from_seconds(length);
  }

 private:
  static constexpr double kShortestMemory = 1;  // seconds
  static constexpr double kMemory = 8;          // likewise
  static constexpr double kFirstWeight = 0.01;  // of a rate that nobody knows how long it held
  static constexpr double kLongestSeconds = 100 * 86400.0;  // further away, nobody knows

  double average_ = 0;  // bytes per second
  double weight_ = 0;   // of what it is the average of: 1 at most
  Duration first_{};
  Duration last_{};
};

}  // namespace xget::cli
