// Download: one version of a resource on its way into its sink:
//
//   ( schedule ⇄ transfer → write → checkpoint ) → verify → finish
//
// Kept bytes are re-checked alongside. It outlives its transfers: when the version or the ranges
// come into doubt the transfer ends, and begins again once the doubt is settled.
// Thread: loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/checkpoint_pacer.hpp"
#include "engine/job_context.hpp"
#include "engine/mirror_comparisons.hpp"
#include "engine/probe.hpp"
#include "engine/transfer.hpp"

namespace xget::engine {

struct DownloadPlan {
  core::Representation version;
  core::MirrorId mirror = 0;  // that has it so
  bool one_stream = false;    // the source does not serve ranges
  bool resumed = false;       // the sink holds bytes of an earlier run
  bool unproven = false;      // no strong validator ties those to `version`
  core::Validators known;     // of those, where `version` has none
  std::string path;           // of the target, for messages
};

// The sink has finished: the file stands under its final name.
struct Downloaded {
  std::uint64_t size = 0;
  Proof proof = Proof::None;
  std::string rests_on;
  std::string digest;  // as Finished::digest
};
// A digest proves that it is wrong, and its mirror is not asked again: another one has to do.
struct BeginElsewhere {};
using DownloadOutcome = std::variant<Downloaded, core::Reconsider, BeginElsewhere, Error>;

// Always shared: what the sink calls back holds it weakly, since a stream outlives the download of
// a version that was dropped. (A checkpoint's end does not: a stream has none, and a file's sink
// goes in the same step.)
class Download : public std::enable_shared_from_this<Download> {
 public:
  // All must outlive it. A response that `probe` has is taken over. `file`: what the sink writes,
  // to compare mirrors with; null where it cannot be read back.
  Download(const JobContext& job, core::Sink& sink, core::File* file, Probe& probe,
           DownloadPlan plan);
  ~Download();
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  void begin(Instant now);
  void go_on(core::MirrorId mirror, bool one_stream, Instant now);  // after a Reconsider
  // True once, when a mirror was admitted that samples alone tie to what is held.
  [[nodiscard]] bool take_joined_by_samples() { return std::exchange(joined_by_samples_, false); }
  // What is held was compared with `version`, and nothing else ties it to that: call before
  // go_on().
  void rests_on_samples(const core::Representation& version);
  // The version's digest, of which the sink knows already. `said_by`: for messages.
  void expect(const ExpectedDigest& digest, std::string said_by);
  // Ends the transfer. Then step_stop() until it is true: a last checkpoint is made.
  void stop();
  [[nodiscard]] bool step_stop(Instant now);

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] std::optional<DownloadOutcome> take_outcome();
  // False: the file is getting its final name or has it, and the outcome is at hand.
  [[nodiscard]] bool cancel_finish();
  // From a worker, at any time: what a write or a sync met.
  [[nodiscard]] const std::optional<Error>& sink_error() const { return sink_error_; }

  [[nodiscard]] const DownloadPlan& plan() const { return plan_; }
  [[nodiscard]] const core::Representation& version() const { return plan_.version; }
  [[nodiscard]] core::MirrorId mirror() const { return plan_.mirror; }  // whose version it is
  // That, with the validators that responses have shown since.
  [[nodiscard]] core::Representation expected() const;
  [[nodiscard]] std::uint64_t held_bytes() const;
  [[nodiscard]] std::vector<std::uint8_t> held_parts() const;  // as Progress has them
  [[nodiscard]] std::uint64_t received_bytes() const;
  // Of those; once the transfer has ended.
  [[nodiscard]] std::uint64_t wasted_bytes() const { return received_ - givers_.bytes(); }
  [[nodiscard]] bool finishing() const { return finishing_; }  // all is written
  [[nodiscard]] int receiving() const { return transfer_ ? transfer_->receiving() : 0; }
  // Since the last byte; bytes that the rate limit holds back are no silence.
  [[nodiscard]] Duration silent_for(Instant now) const;

  // Callbacks of the Source, for segments.
  [[nodiscard]] bool owns(core::FetchId id) const {
    return comparisons_.owns(id) || (transfer_ && transfer_->owns(id));
  }
  bool on_offer(core::FetchId id, const core::Offer& offer);
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes);
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end);

 private:
  void verify_claims();
  void tell_uncovered() const;
  void change_mirror(core::MirrorId mirror);
  void start_transfer(Instant now);
  [[nodiscard]] TransferPlan transfer_plan() const;
  void adopt_response(Instant now);
  void step_transfer(Instant now);
  void step_finish(Instant now);
  void take_checkpoint(Instant now);
  void log_checkpoint(Instant begun) const;
  bool end_transfer();  // false: what was buffered could not be written
  void refetch_bad_claims(Instant now);
  void refetch_wrong_pieces(Instant now);
  [[nodiscard]] std::optional<Error> on_wrong_piece(ByteRange piece);
  void go_on_alone();
  bool leave_guilty_of(ByteRange piece);
  bool after_wrong_digest(Instant now);
  void compare_mirrors(Instant now);
  [[nodiscard]] core::Representation expected_of(core::MirrorId mirror) const;
  void act_on_comparisons(Instant now);
  void reconsider(const core::Reconsider& doubt);
  void start_finish();
  [[nodiscard]] std::optional<Error> refuse_end() const;
  [[nodiscard]] Error unfinished(Error error) const;
  [[nodiscard]] Downloaded downloaded() const;

  const JobContext& job_;
  core::Sink& sink_;
  Probe& probe_;
  DownloadPlan plan_;
  CheckpointPacer pacer_;
  std::unique_ptr<Transfer> transfer_;  // null while in doubt, and once all is written
  MirrorComparisons comparisons_;
  std::map<core::MirrorId, core::Representation> admitted_;  // other mirrors, as they have it
  core::Givers givers_;
  bool alone_ = false;  // only plan_.mirror is to serve: somebody else gave wrong bytes
  bool joined_by_samples_ = false;
  std::string server_digest_by_ = kTheServer;  // who says the version's digest
  std::optional<DownloadOutcome> outcome_;
  bool finishing_ = false;

  int failures_of_ranges_ = 0;
  // Of transfers that have ended.
  std::uint64_t received_ = 0;
  int responses_ = 0;
  bool end_proven_ = true;  // by a length or by framing
  core::Validators shown_;  // by a response, where the version had none

  std::uint64_t size_ = 0;  // once all is written
  bool claims_checked_ = false;
  std::vector<ByteRange> bad_claims_;         // not yet told to the transfer
  RangeSet damaged_;                          // of what was kept, not yet told to the user
  std::vector<ByteRange> wrong_pieces_;       // not yet told to the transfer
  std::map<std::uint64_t, int> times_wrong_;  // of pieces, by where they begin
  bool sink_has_room_ = false;
  std::optional<Error> sink_error_;
  std::optional<Result<void>> finished_;
  int rounds_of_bad_bytes_ = 0;
  bool last_checkpoint_taken_ = false;
};

}  // namespace xget::engine
