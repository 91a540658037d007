#include "core/named_bytes.hpp"

namespace xget::core {
namespace {

bool name_all(const std::optional<PublishedPieces>& pieces, std::optional<std::uint64_t> size) {
  return pieces && size && pieces->cover(*size);
}

}  // namespace

bool names_bytes(const std::optional<ExpectedDigest>& digest,
                 const std::optional<PublishedPieces>& pieces, std::optional<std::uint64_t> size) {
  return digest || name_all(pieces, size);
}

bool resists_forgery(const std::optional<ExpectedDigest>& digest,
                     const std::optional<PublishedPieces>& pieces,
                     std::optional<std::uint64_t> size) {
  if (digest && is_cryptographic(digest->algorithm)) return true;
  return name_all(pieces, size) && is_cryptographic(pieces->algorithm);
}

}  // namespace xget::core
