// Transfer: the loop in the way of a byte. Carries out what the scheduler says through the mirrors'
// Sources and a Sink, and tells it what happened:
//
//   ( schedule ⇄ transfer → write )
//
// One byte's way: on_bytes → the segment's buffer → flush → Sink::write.
// Thread: loop. Outcomes are kept until the owner asks for them, so that nothing is destroyed
// from inside its own callback.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_range.hpp"
#include "core/givers.hpp"
#include "core/rate_limits.hpp"
#include "core/scheduler.hpp"
#include "core/sink.hpp"
#include "core/source.hpp"
#include "engine/buffer_pool.hpp"
#include "engine/mirror_sources.hpp"
#include "engine/transfer_trace.hpp"

namespace xget::engine {

struct TransferPlan {
  // What every response of schedule.mirror must agree with.
  core::Representation representation;
  core::Validators known;  // where that has none: what responses must not contradict
  // Likewise, of the others that serve: each has its own validators.
  std::map<core::MirrorId, core::Representation> others;
  core::SchedulerPlan schedule;
  std::optional<std::uint64_t> max_size;  // for a size that nobody announced
};

struct TransferPorts {
  MirrorSources& sources;
  core::Mirrors& mirrors;
  core::Sink& sink;
  core::Clock& clock;
  core::Random& random;
  core::RateLimits& limits;  // shared by all jobs, as are the buffers
  BufferPool& buffers;
  core::Givers& givers;
  Trace* trace = nullptr;  // the job's; null: nobody watches
};

// Why the transfer cannot go on by itself.
struct WrittenOutcome {
  std::uint64_t size;  // of the representation, now known for certain
};
using TransferOutcome =
    std::variant<WrittenOutcome, core::Reconsider, core::GiveUp, Error /* of the sink */>;

class Transfer {
 public:
  // `owner` is the SourceListener under which segments are fetched; it hands the callbacks on.
  Transfer(TransferPlan plan, TransferPorts ports, core::SourceListener& owner);
  ~Transfer();  // cancels what runs
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // The probe's response goes on as the first segment; `first_bytes` came with it already.
  void adopt(core::FetchId fetch, const core::Offer& offer, std::span<const std::byte> first_bytes,
             Instant now);
  void begin(Instant now);  // without a response to adopt

  // Callbacks of the Source, for fetches that it owns.
  [[nodiscard]] bool owns(core::FetchId id) const { return by_fetch_.contains(id); }
  bool on_offer(core::FetchId id, const core::Offer& offer);
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes);
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end);

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  // What came of CompareMirror.
  void admit(core::MirrorId mirror, core::Representation version,
             const core::MirrorAdmitted& measured, Instant now);
  void rest(core::MirrorId mirror, Instant now);
  void expel(core::MirrorId mirror, Instant now);  // what it gave is kept

  void lose(ByteRange range, Instant now);  // held bytes proved bad
  void sink_has_room(Instant now);
  // Writes what the buffers hold, but for what the sink would rather wait for.
  Result<void> flush_full();
  Result<void> flush_all();  // all of it

  [[nodiscard]] const std::optional<TransferOutcome>& outcome() const { return outcome_; }
  // The last failure that is waited for since this was asked before.
  std::optional<core::RetryLater> take_retry() { return std::exchange(retry_, std::nullopt); }
  // To be compared with what is held, since this was asked before.
  std::vector<core::MirrorId> take_mirrors_to_compare() { return std::exchange(to_compare_, {}); }
  // The plan's, or what the first response to show some had.
  [[nodiscard]] const core::Validators& validators() const {
    return versions_.at(plan_.schedule.mirror).validators;
  }
  [[nodiscard]] const RangeSet& arrived() const { return written_; }
  [[nodiscard]] std::uint64_t received_bytes() const { return received_; }
  // Of those: what was there already, lay past a cut, or is lost again.
  [[nodiscard]] std::uint64_t wasted_bytes() const;
  [[nodiscard]] int responses() const { return responses_; }
  // Every stream that had no length ended by its framing, not by a mere close.
  [[nodiscard]] bool end_proven() const { return end_proven_; }
  [[nodiscard]] int receiving() const { return scheduler_.receiving(); }
  [[nodiscard]] Instant last_byte_at() const { return last_byte_at_; }
  // A rate limit, and no server, is why no byte comes.
  [[nodiscard]] bool held_back(Instant now) const;

 private:
  struct Segment {
    core::FetchId fetch = 0;
    core::MirrorId mirror = 0;
    std::uint64_t position = 0;  // of the next byte to arrive
    std::uint64_t end = 0;
    std::uint64_t granted_end = 0;
    BufferPool::Buffer buffer;
    std::size_t buffered = 0;  // bytes before `position` that are not written yet
    Instant path_told{};
    bool paused = false;
    core::TokenBucket* host_limit = nullptr;  // of host_limits_; null: none, or no answer yet
    std::optional<core::FetchEnd> ended;      // with bytes left that the sink cannot take yet
  };

  void tell(const core::SchedulerEvent& event, Instant now);
  void carry_out(const core::StartSegment& action);
  void carry_out(const core::CutSegment& action);
  void carry_out(const core::CancelSegment& action);
  void carry_out(const core::StartOver& action);
  void carry_out(const core::CompareMirror& action);
  void carry_out(const core::RetryLater& action);
  void carry_out(const core::Reconsider& action);
  void carry_out(const core::GiveUp& action);
  void carry_out(const core::AllWritten& action);

  core::Flow take(core::SegmentId id, std::span<const std::byte> bytes, Instant now);
  enum class Flush {
    Aligned,  // as far as the sink likes it best; the rest can wait
    All,      // once the sink takes more
    AtOnce,   // even if it would rather not: the buffer goes away
  };
  bool flush(Segment& segment, Flush how);  // false: the sink failed, outcome_ is set
  bool write(core::MirrorId mirror, std::uint64_t offset, const core::LentBytes& lent);
  Result<void> flush_each(Flush how);
  [[nodiscard]] std::size_t full_size() const;  // of what a buffer holds
  void keep_rest(Segment& segment, std::size_t written);
  void end_segment(core::SegmentId id, std::optional<core::Failure> failure, Instant now);
  void drop_segment(core::SegmentId id);
  void set_paused(core::SegmentId id, Segment& segment, bool paused, Instant now);
  void resume_paused(Instant now);
  [[nodiscard]] core::TokenBucket* limit_of(const std::string& host);
  [[nodiscard]] bool must_pause(const Segment& segment, Instant now) const;
  [[nodiscard]] bool limit_open(const Segment& segment, Instant now) const;
  bool accept_stream_from_start(const core::Offer& offer);
  bool accept_validators(core::MirrorId mirror, const core::Validators& shown);
  // False: the segment is gone by what followed.
  bool tell_path(core::SegmentId id, Segment& segment, Instant now);

  TransferPlan plan_;
  TransferPorts ports_;
  core::SourceListener& owner_;
  core::Scheduler scheduler_;
  std::optional<TransferTrace> trace_;
  std::map<core::SegmentId, Segment> segments_;
  std::map<core::FetchId, core::SegmentId> by_fetch_;
  std::map<std::string, std::shared_ptr<core::TokenBucket>> host_limits_;  // of all that answered
  std::map<core::MirrorId, core::Representation> versions_;  // of the mirrors that serve
  std::vector<core::MirrorId> to_compare_;
  std::uint64_t given_before_ = 0;  // bytes that mirrors gave to transfers before
  RangeSet written_;                // held from before, or handed to the sink
  std::optional<TransferOutcome> outcome_;
  std::optional<core::RetryLater> retry_;
  std::uint64_t received_ = 0;
  int responses_ = 0;
  bool end_proven_ = true;
  Instant last_byte_at_;
  Instant last_turn_;
};

}  // namespace xget::engine
