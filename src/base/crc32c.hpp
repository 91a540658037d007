// CRC-32C (Castagnoli; RFC 3720 appendix B.4 has the test vectors).
// Thread-safe. Uses the processor's own instruction where there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace xget {

// The checksum of what `crc` stands for followed by `bytes`; 0 stands for nothing.
std::uint32_t extend_crc32c(std::uint32_t crc, std::span<const std::byte> bytes);

// The same without the instruction: the fallback, and what it is tested against.
std::uint32_t extend_crc32c_by_table(std::uint32_t crc, std::span<const std::byte> bytes);

}  // namespace xget
