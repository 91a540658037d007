// A digest as a user writes it: "sha256:HEX", or "sha-256=HEX" as HTTP's digest fields name it.
#pragma once

#include <string_view>

#include "base/digest.hpp"
#include "xget/error.hpp"

namespace xget::formats {

// md5, sha1, sha256, sha512, blake2b, xxh3 (32 digits: 128 bits, 16 digits: 64 bits) and crc32c, in
// any case. Fails with Usage, in words that say what would have been right.
Result<ExpectedDigest> parse_checksum_spec(std::string_view spec);

}  // namespace xget::formats
