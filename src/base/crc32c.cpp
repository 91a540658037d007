#include "base/crc32c.hpp"

#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

#include "base/reflected_crc.hpp"

namespace xget {
namespace {

using Crc32c = ReflectedCrc<std::uint32_t, 0x82F63B78>;

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t extend_by_instruction(
    std::uint32_t crc, std::span<const std::byte> bytes) {
  std::uint64_t wide = ~crc;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    wide = _mm_crc32_u64(wide, word);
    bytes = bytes.subspan(sizeof word);
  }
  auto narrow = static_cast<std::uint32_t>(wide);
  for (const std::byte byte : bytes) {
    narrow = _mm_crc32_u8(narrow, std::to_integer<std::uint8_t>(byte));
  }
  return ~narrow;
}
#endif

}  // namespace

std::uint32_t extend_crc32c_by_table(std::uint32_t crc, std::span<const std::byte> bytes) {
  return Crc32c::extend(crc, bytes);
}

std::uint32_t extend_crc32c(std::uint32_t crc, std::span<const std::byte> bytes) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return extend_by_instruction(crc, bytes);
#endif
  return extend_crc32c_by_table(crc, bytes);
}

std::uint32_t combined_crc32c(std::uint32_t first, std::uint32_t second,
                              std::uint64_t second_length) {
  return Crc32c::combined(first, second, second_length);
}

}  // namespace xget
