#include "net/system_clock.hpp"

#include <chrono>
#include <ctime>

namespace xget::net {

Instant SystemClock::now() {
  const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
  return Instant{std::chrono::duration_cast<Duration>(since_boot)};
}

WallTime SystemClock::wall_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

int minute_of_local_day(WallTime moment) {
  const auto seconds = static_cast<std::time_t>(moment.time_since_epoch().count());
  std::tm local{};
  localtime_r(&seconds, &local);
  return local.tm_hour * 60 + local.tm_min;
}

}  // namespace xget::net
