// A smoothed rate of bytes over time.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/time.hpp"

namespace xget::core {

// Exponentially weighted over about `window`; early on, the plain mean.
class RateEstimator {
 public:
  explicit RateEstimator(Instant start, Duration window = std::chrono::seconds(3))
      : window_(window), start_(start), last_(start) {}

  void add(std::uint64_t bytes, Instant now) {
    pending_ += static_cast<double>(bytes);
    fold(now);
  }

  // Bytes per second as of now, falling while nothing comes; 0 if nothing was seen yet.
  [[nodiscard]] double rate(Instant now) const {
    const double age = to_seconds(now - last_);
    const double weight = smoothing(age);
    if (age < kShortest) return rate_;
    return rate_ * (1 - weight) + weight * pending_ / age;
  }

 private:
  static constexpr double kShortest = 0.01;  // seconds: shorter spans measure only bursts

  // The plain mean while younger than the window.
  [[nodiscard]] double smoothing(double age) const {
    const double lived = std::max(to_seconds(last_ - start_) + age, 1e-9);
    return std::max(age / lived, 1 - std::exp(-age / to_seconds(window_)));
  }

  void fold(Instant now) {
    const double age = to_seconds(now - last_);
    if (age < kShortest) return;
    rate_ = rate(now);
    pending_ = 0;
    last_ = now;
  }

  Duration window_;
  Instant start_, last_;
  double pending_ = 0;
  double rate_ = 0;
};

}  // namespace xget::core
