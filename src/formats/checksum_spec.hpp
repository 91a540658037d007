// A digest as a user writes it: "sha256:HEX", "sha-256=HEX" as HTTP's digest fields name it, or HEX
// alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/digest.hpp"
#include "xget/error.hpp"

namespace xget::formats {

// What a digest of so many hexadecimal digits usually is: md5, sha1, sha256, sha384 or sha512.
std::optional<DigestAlgorithm> usual_algorithm(std::size_t digits);

// md5, sha1, sha256, sha384, sha512, blake2b, xxh3 (32 digits: 128 bits, 16 digits: 64 bits) and
// crc32c, in any case; digits alone are of the usual algorithm. Fails with Usage, in words that say
// what would have been right.
Result<ExpectedDigest> parse_checksum_spec(std::string_view spec);

}  // namespace xget::formats
