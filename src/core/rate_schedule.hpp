// Which rate limit is in force at a time of day.
// Pure: it is told what time it is where the user lives.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "xget/options.hpp"

namespace xget::core {

class RateSchedule {
 public:
  // `otherwise` holds outside the windows, of which the first one that holds counts. Bytes per
  // second; 0: no limit.
  RateSchedule(std::uint64_t otherwise, std::vector<RateWindow> windows)
      : otherwise_(otherwise), windows_(std::move(windows)) {}

  // Whether the time of day makes no difference.
  [[nodiscard]] bool constant() const { return windows_.empty(); }

  // `minute` since midnight: 0 to 1439.
  [[nodiscard]] std::uint64_t rate_at(int minute) const {
    for (const RateWindow& window : windows_) {
      if (holds(window, minute)) return window.rate;
    }
    return otherwise_;
  }

 private:
  static bool holds(const RateWindow& window, int minute) {
    const bool begun = minute >= window.begin;
    const bool over = minute >= window.end;
    const bool through_midnight = window.end < window.begin;
    return through_midnight ? begun || !over : begun && !over;
  }

  std::uint64_t otherwise_;
  std::vector<RateWindow> windows_;
};

}  // namespace xget::core
