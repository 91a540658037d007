// The digests of a resource's pieces as its publisher lists them, in a Metalink or a torrent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/digest.hpp"

namespace xget::core {

struct PublishedPieces {
  DigestAlgorithm algorithm = DigestAlgorithm::Sha1;
  std::uint64_t length = 0;        // bytes of each piece but the last, which may be shorter
  std::vector<std::byte> digests;  // one after the other: a million of them are one allocation

  [[nodiscard]] std::size_t count() const { return digests.size() / digest_size(algorithm); }

  // index < count()
  [[nodiscard]] std::span<const std::byte> digest(std::size_t index) const {
    const std::size_t width = digest_size(algorithm);
    return std::span(digests).subspan(index * width, width);
  }

  // Whether they are the pieces of a resource of `size` bytes: neither one too many nor too few.
  [[nodiscard]] bool cover(std::uint64_t size) const {
    return length != 0 && count() == size / length + (size % length != 0 ? 1 : 0);
  }
};

}  // namespace xget::core
