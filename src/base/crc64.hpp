// CRC-64/XZ: the polynomial of ECMA-182, reflected. Alibaba Cloud's OSS has it of every object
// (x-oss-hash-crc64ecma, in decimal digits). The checksum of "123456789" is 995dc9bbdf1939fa.
// Thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace xget {

// The checksum of what `crc` stands for followed by `bytes`; 0 stands for nothing.
std::uint64_t extend_crc64(std::uint64_t crc, std::span<const std::byte> bytes);

// The checksum of two pieces that adjoin, from those of each; the second has `second_length` bytes.
std::uint64_t combined_crc64(std::uint64_t first, std::uint64_t second,
                             std::uint64_t second_length);

}  // namespace xget
