// The digests of a resource's pieces as its publisher lists them, in a Metalink or a torrent.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/byte_range.hpp"
#include "base/digest.hpp"

namespace xget::core {

struct PublishedPieces {
  DigestAlgorithm algorithm = DigestAlgorithm::Sha1;
  std::uint64_t length = 0;        // bytes of each piece but the last, which may be shorter
  std::vector<std::byte> digests;  // one after the other: a million of them are one allocation
  // Where the first one begins. A torrent's pieces run on from file to file: of those that a file
  // shares with its neighbours nobody can tell which file is wrong, and they are left out.
  std::uint64_t begin = 0;
  std::optional<std::uint64_t> resource_size;  // as the publisher has it; absent: not said

  [[nodiscard]] std::size_t count() const { return digests.size() / digest_size(algorithm); }

  // index < count()
  [[nodiscard]] std::span<const std::byte> digest(std::size_t index) const {
    const std::size_t width = digest_size(algorithm);
    return std::span(digests).subspan(index * width, width);
  }

  // Whether they are the pieces of all of a resource of `size` bytes: neither one too many nor too
  // few.
  [[nodiscard]] bool cover(std::uint64_t size) const {
    return begin == 0 && length != 0 && count() == size / length + (size % length != 0 ? 1 : 0);
  }

  // Whether they can be those of a resource of `size` bytes.
  [[nodiscard]] bool fit(std::uint64_t size) const {
    return resource_size ? *resource_size == size && covered(size).end <= size : cover(size);
  }

  // index < count(), in a resource of a size that they fit.
  [[nodiscard]] ByteRange range(std::size_t index, std::uint64_t size) const {
    const std::uint64_t from = begin + index * length;
    return {from, std::min(from + length, size)};
  }

  // All bytes that a piece has, in a resource of a size that they fit.
  [[nodiscard]] ByteRange covered(std::uint64_t size) const {
    return count() == 0 ? ByteRange{} : ByteRange{begin, range(count() - 1, size).end};
  }
};

}  // namespace xget::core
