// HTTP dates (RFC 9110 section 5.6.7) and Retry-After (section 10.2.3).
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace xget::core {

// IMF-fixdate and the two obsolete forms that a recipient must accept. nullopt: nonsense.
std::optional<WallTime> parse_http_date(std::string_view text);

// Delay-seconds or a date; a date in the past is no wait at all, a century is the longest one.
// nullopt: nonsense.
std::optional<Duration> parse_retry_after(std::string_view text, WallTime now);

}  // namespace xget::core
