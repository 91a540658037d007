// Probe: asks the mirrors, one after the other, what they have, again and again as their retry
// policies allow, until there is a usable answer or a final failure. The answer's response goes on
// as the job's first range: bytes that arrive before the job has decided what to do with them are
// kept (one delivery) and the response waits.
// Thread: loop.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/source.hpp"
#include "engine/job_context.hpp"

namespace xget::engine {

// Any version, from its start.
core::FetchSpec whole_resource();

class Probe {
 public:
  explicit Probe(const JobContext& job) : job_(job) {}
  ~Probe() { drop(); }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  // Forgets what was asked and answered before.
  void ask(core::FetchSpec spec);
  void ask_later(core::FetchSpec spec, Instant at);
  void ask_openly();  // the mirror that was asked before, for any version
  // Forgets it all; ends the response if it still runs.
  void drop(core::CancelCause cause = core::CancelCause::NotWanted);

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

  // Callbacks of the Source, for the fetch it owns.
  [[nodiscard]] bool owns(core::FetchId id) const { return id != 0 && id == fetch_; }
  bool on_offer(const core::Offer& offer);
  core::Flow on_bytes(std::span<const std::byte> bytes);
  void on_fetch_end(const core::FetchEnd& end) { end_ = end; }

  [[nodiscard]] core::MirrorId mirror() const { return mirror_; }  // that was asked last
  // The answer. Its response may have ended, or may still run and wait.
  [[nodiscard]] const std::optional<core::Offer>& offer() const { return offer_; }
  // The answer was that the resource is still the version of FetchSpec::unless.
  [[nodiscard]] bool unchanged() const { return end_ && end_->unchanged; }
  // Nothing that is asked again can help.
  [[nodiscard]] const std::optional<core::Failure>& failure() const { return failure_; }
  // The URL is refused: a fresh one would help. ask_again() then.
  [[nodiscard]] const std::optional<core::Failure>& refused() const { return refused_; }
  // The same question as before.
  void ask_again() { ask(core::FetchSpec(spec_)); }
  // It asked what the resource is now, not for the rest of a known version.
  [[nodiscard]] bool asked_openly() const { return !spec_.expected; }

  // Hands the response over: what it was, what came of it so far, whether it has ended already.
  struct Response {
    core::FetchId fetch = 0;
    core::MirrorId mirror = 0;
    core::Offer offer;
    std::vector<std::byte> first_bytes;
    std::optional<core::FetchEnd> end;
  };
  Response release();

 private:
  void take_turn(Instant now);
  void start(core::MirrorId mirror, Instant now);
  void after_failure(const core::Failure& failure, Instant now);
  void ask_next(const core::Failure& failure, Instant now);

  const JobContext& job_;
  core::FetchSpec spec_;
  core::MirrorId mirror_ = 0;
  core::FetchId fetch_ = 0;
  std::optional<Instant> start_at_;
  std::optional<core::Failure> waits_after_;  // which was tried already
  Instant started_{};
  Instant answer_by_{};  // still unanswered then, it has stalled
  std::optional<core::Offer> offer_;
  std::vector<std::byte> first_bytes_;
  std::optional<core::FetchEnd> end_;
  std::optional<core::Failure> failure_;
  std::optional<core::Failure> refused_;
};

}  // namespace xget::engine
