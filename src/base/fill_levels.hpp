// Which parts of a resource are there, small enough to be told often. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/byte_range.hpp"

namespace xget {

// [0, size) in `parts` parts of equal length (to a byte), or as many as it has bytes if those are
// fewer, and how full each is: 0 for no byte, 255 for every byte, and between them in proportion.
// Bytes at or after `size` do not count. Costs the number of ranges plus the number of parts.
std::vector<std::uint8_t> fill_levels(const RangeSet& held, std::uint64_t size, std::size_t parts);

}  // namespace xget
