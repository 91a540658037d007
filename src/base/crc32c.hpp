// CRC-32C (Castagnoli; RFC 3720 appendix B.4 has the test vectors).
// Thread-safe. Uses the processor's own instruction where there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace xget {

// The checksum of what `crc` stands for followed by `bytes`; 0 stands for nothing.
std::uint32_t extend_crc32c(std::uint32_t crc, std::span<const std::byte> bytes);

// The checksum of two pieces that adjoin, from those of each; the second has `second_length` bytes.
std::uint32_t combined_crc32c(std::uint32_t first, std::uint32_t second,
                              std::uint64_t second_length);

// The same as extend_crc32c without the instruction: the fallback, and what it is tested against.
std::uint32_t extend_crc32c_by_table(std::uint32_t crc, std::span<const std::byte> bytes);

}  // namespace xget
