// HMAC (RFC 2104) with SHA-256: what signs requests to object stores.
// Thread: any; pure.
#pragma once

#include <cstddef>
#include <span>

#include "base/digest.hpp"

namespace xget {

Sha256 hmac_sha256(std::span<const std::byte> key, std::span<const std::byte> message);

}  // namespace xget
