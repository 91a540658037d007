#include "base/crc64.hpp"

#include "base/reflected_crc.hpp"

namespace xget {
namespace {

using Crc64 = ReflectedCrc<std::uint64_t, 0xC96C5795D7870F42>;

}  // namespace

std::uint64_t extend_crc64(std::uint64_t crc, std::span<const std::byte> bytes) {
  return Crc64::extend(crc, bytes);
}

std::uint64_t combined_crc64(std::uint64_t first, std::uint64_t second,
                             std::uint64_t second_length) {
  return Crc64::combined(first, second, second_length);
}

}  // namespace xget
