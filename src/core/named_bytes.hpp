// What digests that somebody gave beforehand say of a representation's bytes. Two questions: bytes
// of another version do not match any digest by chance, but whoever may send other bytes on purpose
// can make them match one that is not cryptographic.
// Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "base/digest.hpp"
#include "core/published_pieces.hpp"

namespace xget::core {

// Every byte of a representation of that size is named: what is of another version does not pass,
// whatever the validators say.
bool names_bytes(const std::optional<ExpectedDigest>& digest,
                 const std::optional<PublishedPieces>& pieces, std::optional<std::uint64_t> size);

// And nobody can make up others that pass.
bool resists_forgery(const std::optional<ExpectedDigest>& digest,
                     const std::optional<PublishedPieces>& pieces,
                     std::optional<std::uint64_t> size);

}  // namespace xget::core
