#include "base/fill_levels.hpp"

#include <algorithm>

namespace xget {
namespace {

constexpr std::uint8_t kEmpty = 0;
constexpr std::uint8_t kFull = 255;

// The share of `index` in `count`, of `size`: without the overflow of a product.
std::uint64_t begin_of(std::uint64_t index, std::uint64_t count, std::uint64_t size) {
  return size / count * index + size % count * index / count;
}

std::uint8_t level_of(std::uint64_t held, std::uint64_t length) {
  if (held == 0) return kEmpty;
  if (held == length) return kFull;
  const double share = static_cast<double>(held) / static_cast<double>(length);
  return static_cast<std::uint8_t>(std::clamp(share * kFull, kEmpty + 1.0, kFull - 1.0));
}

}  // namespace

std::vector<std::uint8_t> fill_levels(const RangeSet& held, std::uint64_t size, std::size_t parts) {
  const std::uint64_t count = std::min<std::uint64_t>(parts, size);
  const std::vector<ByteRange> ranges = held.ranges();
  auto range = ranges.begin();
  std::vector<std::uint8_t> levels;
  levels.reserve(count);
  for (std::uint64_t index = 0; index < count; ++index) {
    const ByteRange part{begin_of(index, count, size), begin_of(index + 1, count, size)};
    std::uint64_t bytes = 0;
    for (; range != ranges.end() && range->begin < part.end; ++range) {
      if (overlap(*range, part)) bytes += intersect(*range, part).length();
      if (range->end > part.end) break;  // the next part has some of it too
    }
    levels.push_back(level_of(bytes, part.length()));
  }
  return levels;
}

}  // namespace xget
