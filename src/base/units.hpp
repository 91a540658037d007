// Sizes, rates and durations as people write and read them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace xget {

// "16MiB", "16M", "16m" (both binary), "16MB" (decimal), "1.5G", "512" → bytes. nullopt: nonsense
// or more than 2^63-1.
std::optional<std::uint64_t> parse_size(std::string_view text);
// "250ms", "1s", "1.5m", "2h", "1d", "10" (seconds). nullopt: nonsense, negative, over a hundred
// years.
std::optional<Duration> parse_duration(std::string_view text);

std::string format_size(std::uint64_t bytes);    // "1.4 GiB", "512 B"
std::string format_duration(Duration duration);  // "2d03h", "1h02m", "3m07s", "12s", "0.4s", "5ms"

// Decimal digits only, whole text, no overflow.
std::optional<std::uint64_t> parse_u64(std::string_view text);

}  // namespace xget
