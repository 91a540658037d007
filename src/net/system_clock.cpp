#include "net/system_clock.hpp"

#include <chrono>

namespace xget::net {

Instant SystemClock::now() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return Instant{std::chrono::duration_cast<Duration>(since_boot)};
}

WallTime SystemClock::wall_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace xget::net
