// Ledger: which bytes were written and what their digests are. Pure: no I/O.
//
// Bytes arrive as several ascending streams (one a segment). Each stream extends a run; a run
// that covers a whole piece becomes a finished piece; runs of one piece that meet are told to
// the owner, who hashes the piece again from the disk (rare: only cuts in the tail make them).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "store/sidecar.hpp"

namespace xget::store {

class Ledger {
 public:
  Ledger(std::uint64_t size, std::uint64_t piece_length);  // size may be kUnknownEnd

  // Bytes written at an offset: continues the run that ends there, or begins one.
  void append(std::uint64_t offset, std::span<const std::byte> bytes);
  void add_piece(std::uint64_t index, PieceDigest digest);  // known from a sidecar or a re-hash
  void add_run(const Run& run);                             // known, not continued
  void forget(ByteRange range);                             // and every run or piece it touches

  [[nodiscard]] const RangeSet& written() const;
  [[nodiscard]] const std::map<std::uint64_t, PieceDigest>& pieces() const;
  [[nodiscard]] std::vector<Run> runs() const;  // of unfinished pieces, digests so far
  // Pieces whose bytes are all there, but in several runs: to be hashed as one.
  [[nodiscard]] std::vector<std::uint64_t> pieces_to_merge() const;
  [[nodiscard]] ByteRange piece_range(std::uint64_t index) const;

 private:
  struct OpenRun {
    std::uint64_t end = 0;
    PieceHasher hasher;
    std::optional<PieceDigest> fixed;  // known from a sidecar: not continued
  };
  void settle(std::uint64_t begin);

  std::uint64_t size_;
  std::uint64_t piece_length_;
  RangeSet written_;
  std::map<std::uint64_t, PieceDigest> pieces_;
  std::map<std::uint64_t, OpenRun> open_;  // by begin
};

}  // namespace xget::store
