// Rechecker: reads back bytes that are claimed or were written, and hashes them again.
//
// Three uses, one way: claims of an earlier run (do the digests still hold?), complete pieces
// that were written in several runs (one digest for all, while each run's is checked on the way),
// and adopted bytes that nobody hashed yet.
// Thread: loop; the reading runs on `hashing` in tasks of at most kRecheckTaskBytes, one at a
// time, so that other work interleaves.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/byte_range.hpp"
#include "core/ports.hpp"
#include "store/ledger.hpp"

namespace xget::store {

inline constexpr std::uint64_t kRecheckTaskBytes = 16ULL << 20;

// Adjacent bytes of one piece.
struct Stretch {
  ByteRange range;
  std::vector<Run> runs;  // that make up the range, in order; empty: nobody hashed it yet
};

struct Verdict {
  std::vector<ByteRange> good;  // runs whose digests hold (or the range, if there were none)
  std::vector<ByteRange> bad;   // runs that read back differently, or not at all
  std::optional<Run> whole;     // the stretch as one run, if it was not one and all of it is good
};

// The pieces and runs inside `doubtful`, from the front; runs are joined where they meet inside a
// piece.
std::vector<Stretch> doubtful_stretches(const Ledger& ledger, const RangeSet& doubtful);
// The runs of one complete piece.
Stretch stretch_of_piece(const Ledger& ledger, std::uint64_t index);
// Bytes nobody hashed, cut at the ends of pieces.
std::vector<Stretch> unhashed_stretches(const Ledger& ledger, ByteRange range);

class Rechecker : public std::enable_shared_from_this<Rechecker> {
 public:
  using OnVerdicts = std::function<void(const std::vector<Verdict>&)>;

  // Shared, because a task may outlive its owner; its verdicts then go nowhere.
  static std::shared_ptr<Rechecker> create(std::shared_ptr<core::File> file, core::Worker& hashing,
                                           OnVerdicts on_verdicts);

  // Checked in the order in which they were added.
  void add(std::vector<Stretch> stretches);
  // No verdict will come for runs that this touches. Says which ranges those were.
  std::vector<ByteRange> forget(ByteRange range);
  [[nodiscard]] bool idle() const { return queue_.empty() && !batch_; }

 private:
  struct Batch;
  Rechecker(std::shared_ptr<core::File> file, core::Worker& hashing, OnVerdicts on_verdicts);
  void begin_batch();
  void run_batch();
  void end_task();
  std::vector<Verdict> judge(const Batch& batch) const;

  std::shared_ptr<core::File> file_;
  core::Worker& hashing_;
  OnVerdicts on_verdicts_;
  std::deque<Stretch> queue_;
  std::shared_ptr<Batch> batch_;  // under way; shared with its task
  RangeSet forgotten_;            // since the batch began
};

}  // namespace xget::store
