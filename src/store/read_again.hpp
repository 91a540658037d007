// Reads a file's bytes again and says which of them are what they should be.
// Thread: any; blocks until all is read, and hashes in the calling thread. Changes nothing.
#pragma once

#include <memory>
#include <string>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "core/ports.hpp"
#include "core/published_pieces.hpp"
#include "store/sidecar.hpp"

namespace xget::store {

// What nothing speaks for is in neither.
struct CheckedBytes {
  RangeSet good;
  RangeSet bad;  // others than those named, or unreadable
};

CheckedBytes check_claims(std::shared_ptr<core::File> file, const Sidecar& sidecar);

// Whether anything of a sidecar's claims is there, so that the file is the one it was written for.
// Reads no further than the first such piece.
bool any_claim_holds(const std::shared_ptr<core::File>& file, const Sidecar& sidecar);

// Fails with Checksum if they cannot be the pieces of a file of `size` bytes, and with Usage as
// make_digester. `path` is for the message.
Result<CheckedBytes> check_pieces(std::shared_ptr<core::File> file,
                                  const core::PublishedPieces& pieces, std::uint64_t size,
                                  const std::string& path);

// In hexadecimal digits, of the first `size` bytes. Fails with Disk, and as make_digester.
Result<std::string> read_digest(std::shared_ptr<core::File> file, std::uint64_t size,
                                DigestAlgorithm algorithm);

}  // namespace xget::store
