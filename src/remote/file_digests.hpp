// Digests of what is to be sent. They block for as long as the disk needs: for a worker. `stop`
// ends them early, with Interrupted.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "core/ports.hpp"
#include "xget/error.hpp"

namespace xget::remote {

struct PartDigests {
  std::string md5;  // 32 hexadecimal digits; empty: the system's OpenSSL refuses MD5
  Sha256 sha256{};  // of no account unless it was asked for
};

// Fails with Disk, or with Changed where the file is shorter than that.
Result<PartDigests> digest_part(core::File& file, ByteRange range, bool with_sha256,
                                const std::atomic<bool>& stop);
Result<Sha256> sha256_of_file(core::File& file, std::uint64_t size, const std::atomic<bool>& stop);

}  // namespace xget::remote
