// SystemClock: the one place that reads the machine's clocks.
// Thread: any; it holds no state.
#pragma once

#include "core/ports.hpp"

namespace xget::net {

class SystemClock final : public core::Clock {
 public:
  Instant now() override;        // CLOCK_MONOTONIC: never goes back, stands still in suspend
  WallTime wall_now() override;  // as the system's date says
};

// The minute of the day, 0 to 1439, that it is then where the machine's time zone says it stands.
int minute_of_local_day(WallTime moment);

}  // namespace xget::net
