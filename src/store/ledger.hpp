// Ledger: which bytes were written and what their digests are. Pure: no I/O.
//
// Bytes arrive as several ascending streams (one a segment). Each stream extends a run; a run
// that covers a whole piece becomes a finished piece; runs of one piece that meet are told to
// the owner, who hashes the piece again from the disk (rare: only cuts in the tail make them).
//
// A download of unknown size cannot be resumed: for it only the written ranges are kept, no
// digests, so that memory stays bounded however long it gets.
// Thread: one. Offsets and lengths are bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/byte_range.hpp"
#include "base/digest.hpp"
#include "store/sidecar.hpp"

namespace xget::store {

class Ledger {
 public:
  Ledger(std::uint64_t size, std::uint64_t piece_length);  // size may be kUnknownEnd

  // Bytes written at an offset, none of them written before (or since forgotten): continues the
  // run that ends there, or begins one. Hashes; allocates only where a run begins or ends.
  void append(std::uint64_t offset, std::span<const std::byte> bytes);
  // Known from a sidecar or a re-hash. They replace the runs inside them and are not continued.
  void add_piece(std::uint64_t index, PieceDigest digest);
  void add_run(const Run& run);
  // The range, and the whole of every run and piece it touches: a digest says nothing about a
  // part of its bytes.
  void forget(ByteRange range);

  [[nodiscard]] const RangeSet& written() const { return written_; }
  [[nodiscard]] const std::map<std::uint64_t, PieceDigest>& pieces() const { return pieces_; }
  [[nodiscard]] std::vector<Run> runs() const;  // of unfinished pieces, digests so far, in order
  [[nodiscard]] std::vector<Run> runs_in(ByteRange range) const;  // likewise, that begin there
  // Pieces whose bytes are all there, but in several runs: to be hashed as one.
  [[nodiscard]] std::vector<std::uint64_t> pieces_to_merge() const;
  [[nodiscard]] ByteRange piece_range(std::uint64_t index) const;
  // The pieces that have bytes of a range that is not empty.
  [[nodiscard]] ByteRange pieces_around(ByteRange range) const;
  [[nodiscard]] std::uint64_t piece_of(std::uint64_t offset) const {
    return offset / piece_length_;
  }

 private:
  struct OpenRun {
    std::uint64_t end = 0;
    // A hasher that goes on, or the digest of a run that is not continued.
    std::variant<PieceDigest, PieceHasher> state;
  };
  using OpenRuns = std::map<std::uint64_t, OpenRun>;  // by begin

  void extend(std::uint64_t offset, std::span<const std::byte> bytes, ByteRange piece);
  OpenRuns::iterator run_ending_at(std::uint64_t offset, ByteRange piece);
  void remove_runs_inside(ByteRange range);
  PieceHasher take_hasher();

  std::uint64_t size_;
  std::uint64_t piece_length_;
  RangeSet written_;
  std::map<std::uint64_t, PieceDigest> pieces_;
  OpenRuns open_;
  std::vector<PieceHasher> spare_;  // of finished runs, at most kMaxSpareHashers
};

}  // namespace xget::store
