// What --limit-rate says: a rate for all day, rates for parts of the day, or both.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "xget/options.hpp"

namespace xget::cli {

struct RateLimit {
  std::uint64_t otherwise = 0;  // bytes per second outside the windows; 0: no limit
  std::vector<RateWindow> windows;
};

// "2M", "2M@08:00-18:00", "2M@8:00-18:00,0@23:00-06:00,10M". nullopt: nonsense, or two rates
// without a time.
std::optional<RateLimit> parse_rate_limit(std::string_view text);

}  // namespace xget::cli
