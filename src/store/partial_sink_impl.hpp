// PartialSink's inside: the loop's side of it. For partial_sink*.cpp alone.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "store/checkpointer.hpp"
#include "store/front_digest.hpp"
#include "store/ledger.hpp"
#include "store/partial_lock.hpp"
#include "store/partial_sink.hpp"
#include "store/piece_check.hpp"
#include "store/recheck.hpp"
#include "store/write_behind.hpp"

namespace xget::store {

// The loop's side. Shared with the completions of tasks, which hold it weakly.
class PartialSink::Impl : public std::enable_shared_from_this<PartialSink::Impl> {
 public:
  Impl(PartialFiles files, PartialLock lock, core::Worker& disk, core::Worker& hashing,
       const core::Representation& representation, PartialSettings settings,
       std::uint64_t piece_length);

  Result<void> begin(std::uint64_t generation);
  void start_empty_sidecar();
  void take_over(const Sidecar& sidecar);
  void take_over_unhashed(std::uint64_t bytes);

  Result<void> write(std::uint64_t offset, core::LentBytes lent);
  void on_room(std::function<void()> callback) { room_ = std::move(callback); }
  void checkpoint(Done done);
  void verify_claims(std::function<void(ByteRange)> bad, Done done);
  void on_wrong_piece(std::function<void(ByteRange)> wrong) { wrong_ = std::move(wrong); }
  void forget(ByteRange range);
  void record(const core::Validators& validators);
  Result<void> expect(const ExpectedDigest& digest, std::string said_by);
  void finish(std::uint64_t size, Done done);
  bool cancel_finish();
  [[nodiscard]] std::string final_name() const { return checkpointer_->final_name(); }
  [[nodiscard]] std::optional<core::FileInfo> finished_file() const {
    return checkpointer_->finished_file();
  }
  void retire() { checkpointer_->end(); }
  void close();

  [[nodiscard]] std::size_t alignment() const { return behind_ ? core::kDirectAlignment : 1; }
  [[nodiscard]] bool takes_more();
  [[nodiscard]] RangeSet held() const;
  [[nodiscard]] RangeSet readable() const;
  [[nodiscard]] std::uint64_t undurable_bytes() const;
  [[nodiscard]] std::uint64_t durable_bytes() const { return recorded_.size(); }
  [[nodiscard]] std::uint64_t piece_length() const { return piece_length_; }
  [[nodiscard]] core::File& file() { return *files_.file; }

 private:
  // One checkpoint on its way over the disk worker.
  struct Checkpoint {
    std::optional<Sidecar> snapshot;  // absent: nothing to record
    RangeSet claims;
    std::vector<ByteRange> drop;  // from the page cache
    std::vector<Done> waiting;
    Result<void> outcome;
  };

  // Bytes that are worth nothing: not yet told, since no sidecar may claim them any more by then.
  struct Drop {
    ByteRange range;
    bool wrong = false;  // as a published piece, else read back differently
  };

  [[nodiscard]] bool goes_past_the_cache() const;
  void begin_write_behind();
  void on_written(std::uint64_t offset, std::span<const std::byte> bytes,
                  const Result<void>& outcome);
  void wrote(std::uint64_t offset, std::span<const std::byte> bytes);

  void drop_unclaimed_pages();
  Sidecar snapshot();
  std::vector<ByteRange> take_droppable();
  void request_checkpoint(Done done);
  void begin_checkpoint();
  void end_checkpoint(const std::shared_ptr<Checkpoint>& checkpoint);
  Result<void> drop_now_if_claimed(ByteRange range);
  void took_effect(const Checkpoint& checkpoint);

  RangeSet drop(ByteRange range);
  void forget_pieces(const std::vector<ByteRange>& pieces);

  void merge_pieces();
  void start_verification();
  void on_verdicts(const std::vector<Verdict>& verdicts);
  void apply(const Verdict& verdict, std::vector<Drop>& drops);
  void report(std::vector<Drop> drops);
  void tell(const Drop& drop);
  void check_verified();

  Result<void> begin_digest();
  Result<void> begin_pieces(std::uint64_t size);
  void came(ByteRange range);
  void on_pieces_checked(const PieceVerdicts& verdicts);
  void front_moved();
  void try_finish();
  void check_digest(std::uint64_t size);
  void commit(std::uint64_t size);
  void end_finish(Result<void> outcome);
  tl::unexpected<Error> bytes_missing() const;

  void later(std::function<void()> call);
  bool is_large() const;

  const PartialFiles files_;
  const PartialLock lock_;  // not with the tasks: it goes when the sink does
  core::Worker& disk_;
  core::Worker& hashing_;
  core::Representation representation_;
  PartialSettings settings_;
  const std::uint64_t piece_length_;
  const bool records_;  // a sidecar is kept
  const std::shared_ptr<Checkpointer> checkpointer_;

  Ledger ledger_;
  Sidecar frame_;        // what all snapshots have in common; its generation is the last used
  RangeSet recorded_;    // what the sidecar on the disk claims
  RangeSet cached_;      // in the page cache, as far as this run put it there
  RangeSet unverified_;  // claims of an earlier run that are not hashed again yet
  std::uint64_t recorded_generation_ = 0;
  std::uint64_t undurable_ = 0;
  bool dirty_ = false;  // the ledger says something that no snapshot says
  bool closed_ = false;
  std::optional<Error> broken_;

  std::shared_ptr<WriteBehind> behind_;  // null: what is handed over is written at once
  std::optional<Error> write_error_;     // of its writes; what was written before is well
  bool awaited_ = false;                 // somebody was told that it takes no more
  std::function<void()> room_;

  std::shared_ptr<Checkpoint> checkpoint_;  // under way
  std::vector<Done> next_checkpoint_;       // who wait for the one after it

  std::shared_ptr<Rechecker> rechecker_;
  std::set<std::uint64_t> merging_;  // pieces under re-check
  bool verification_started_ = false;
  std::map<std::uint64_t, Drop> untold_;  // on their way to bad_ and wrong_, by where they begin
  std::vector<ByteRange> unasked_bad_;    // found before anybody asked
  std::function<void(ByteRange)> bad_;
  Done verified_;

  std::shared_ptr<PieceCheck> pieces_;  // null: none were published, or their size is not known yet
  std::function<void(ByteRange)> wrong_;
  std::shared_ptr<FrontDigest> digest_;  // null: none was given; it follows the proven pieces
  std::optional<std::uint64_t> finish_size_;
  Done finished_;
  bool committing_ = false;
};

}  // namespace xget::store
