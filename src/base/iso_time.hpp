// Times as XML and JSON write them (RFC 3339). Thread: any; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace xget {

// "2009-10-12T17:50:30.000Z", "2009-10-12T19:50:30+02:00". A fraction of a second is dropped, a
// leap second is the next minute's first. nullopt: nonsense.
std::optional<WallTime> parse_iso_time(std::string_view text);

std::string iso_text(WallTime time);  // "2009-10-12T17:50:30Z"
std::string utc_text(WallTime time);  // "2009-10-12 17:50:30 UTC", for people

}  // namespace xget
