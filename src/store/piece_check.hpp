// PieceCheck: the pieces that a publisher gave the digests of, checked while the download runs. As
// soon as a piece is wholly there it is read back, from the page cache, and compared.
//
// A piece that is right stays so: it is not read again unless its bytes are forgotten. What is
// asked of it costs the logarithm of the number of its pieces, or as much as there are pieces in
// the range asked about.
// Thread: loop; reading and hashing run on `hashing` in tasks of at most kPieceTaskBytes, one at a
// time, so that other work interleaves and as much memory as one buffer is in use.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/byte_range.hpp"
#include "core/ports.hpp"
#include "core/published_pieces.hpp"

namespace xget::store {

inline constexpr std::uint64_t kPieceTaskBytes = 16ULL << 20;

// Of pieces that were not forgotten in the meantime.
struct PieceVerdicts {
  std::vector<ByteRange> wrong;       // read back, and not what the publisher names
  std::vector<ByteRange> unreadable;  // the disk fails
};

class PieceCheck : public std::enable_shared_from_this<PieceCheck> {
 public:
  using OnVerdicts = std::function<void(const PieceVerdicts&)>;

  // Shared, because a task may outlive its owner; its verdicts then go nowhere. Fails with Checksum
  // if they cannot be the pieces of a file of `size` bytes, and with Usage as make_digester.
  // `path` is for the message.
  static Result<std::shared_ptr<PieceCheck>> create(std::shared_ptr<core::File> file,
                                                    core::Worker& hashing,
                                                    core::PublishedPieces pieces,
                                                    std::uint64_t size, const std::string& path,
                                                    OnVerdicts on_verdicts);

  // These bytes have come, or are believed now: pieces that touch them are checked if all of them
  // is in `there`, and nothing of them in `doubtful`.
  void came(ByteRange range, const RangeSet& there, const RangeSet& doubtful);
  // These bytes will change: no verdict comes for pieces that have some of them.
  void forget(ByteRange range);

  // The first bytes at or after `from` that have a piece which is not known to be right.
  [[nodiscard]] std::optional<ByteRange> next_unproven(std::uint64_t from) const;
  // Every piece that was wholly there has its verdict.
  [[nodiscard]] bool idle() const { return queue_.empty() && !batch_; }

 private:
  enum class State : std::uint8_t { Missing, Queued, UnderCheck, Right };
  struct Batch;
  // The pieces that have bytes of a range, as indices: [begin, end).
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  PieceCheck(std::shared_ptr<core::File> file, core::Worker& hashing,
             std::shared_ptr<const core::PublishedPieces> pieces, std::uint64_t size,
             OnVerdicts on_verdicts);
  [[nodiscard]] Span pieces_in(ByteRange range) const;
  void begin_batch();
  void run_batch();
  void end_task();
  PieceVerdicts judge(const Batch& batch);

  const std::shared_ptr<core::File> file_;
  core::Worker& hashing_;
  const std::shared_ptr<const core::PublishedPieces> pieces_;  // shared with the task
  const std::uint64_t size_;
  const ByteRange covered_;
  const OnVerdicts on_verdicts_;
  std::vector<State> states_;  // of each piece
  RangeSet right_;             // the bytes of those that are
  std::deque<std::size_t> queue_;
  std::vector<std::byte> buffer_;  // while no batch has it
  std::shared_ptr<Batch> batch_;   // under way; shared with its task
};

}  // namespace xget::store
