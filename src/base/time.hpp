// Points and lengths of time. Nobody reads a clock but the Clock port's implementation:
// `now` arrives as a parameter.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace xget {

using Duration = std::chrono::nanoseconds;

// The loop's monotonic time. A clock tag of its own, so that it never mixes with wall time.
struct LoopTime {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<LoopTime, Duration>;
  static constexpr bool is_steady = true;
};
using Instant = LoopTime::time_point;

// Seconds since 1970: what HTTP, cookies and the user call a time.
using WallTime = std::chrono::sys_seconds;

inline double to_seconds(Duration d) { return std::chrono::duration<double>(d).count(); }
inline double to_milliseconds(Duration d) { return 1000 * to_seconds(d); }
inline Duration from_seconds(double s) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
}

// Doubles as often as said, up to a longest.
inline Duration doubled(Duration first, int times, Duration longest) {
  if (first <= Duration::zero()) return first;
  for (; times > 0 && first < longest; --times) first = first < longest / 2 ? 2 * first : longest;
  return std::min(first, longest);
}

// The earlier of two moments, of which either may never come.
inline std::optional<Instant> earliest(std::optional<Instant> a, std::optional<Instant> b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

}  // namespace xget
