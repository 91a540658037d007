// The sidecar: what FILE.partial.json says. One JSON document, readable with jq.
//
// Turned down: a binary bitmap (no digests, not readable), an append-only log (needs compaction
// and a torn-tail rule; at 1 MiB a whole document costs 12 ms on a worker).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "core/validator.hpp"
#include "xget/error.hpp"

namespace xget::store {

// A run of bytes inside one piece, with its digest so far.
struct Run {
  ByteRange range;
  PieceDigest digest;
};

struct Sidecar {
  static constexpr int kSchema = 1;

  std::uint64_t generation = 0;   // grows with every checkpoint
  std::uint64_t size = 0;         // of the representation
  std::uint64_t piece_length = 0;
  std::uint64_t device = 0, inode = 0;  // of FILE.partial, so that a copied one is noticed
  std::string url;                // without secrets; information for people, never used
  core::Validators validators;
  bool committing = false;        // the bytes were whole and verified; only the rename is missing
  std::map<std::uint64_t, PieceDigest> pieces;  // finished: index → XXH3-128
  std::vector<Run> runs;          // of unfinished pieces, disjoint, in order

  // All bytes that pieces and runs claim.
  [[nodiscard]] RangeSet claimed() const;
};

inline constexpr std::size_t kMaxSidecarBytes = 4U << 20;

std::string serialise(const Sidecar& sidecar);

// Strict: nothing of a document is believed unless all of it is sound (own digest, schema, no
// unknown shape, pieces and runs inside the size and not overlapping). Fails with Disk, the cause
// in words: "torn or garbled", "written by a newer xget (schema 2)", ...
Result<Sidecar> parse_sidecar(std::string_view document);

}  // namespace xget::store
