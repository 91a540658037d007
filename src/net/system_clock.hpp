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

}  // namespace xget::net
