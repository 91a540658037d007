// Job: one download, from its URL to the file under its final name. Its stages, in the order in
// which job_arrival.cpp (accept to sample) and job.cpp (transfer to finish) read:
//
//   accept → probe → settle (→ sample) → transfer (schedule ⇄ transfer → write → checkpoint)
//          → verify → finish
//
// Thread: loop. Callbacks only record what happened; every decision is taken in on_time(), which
// the owner calls after each round of callbacks and when next_deadline() has come. So nothing is
// ever destroyed from inside its own callback, and the job reads top to bottom.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "core/connection_policy.hpp"
#include "core/ports.hpp"
#include "core/rate_estimator.hpp"
#include "core/retry_policy.hpp"
#include "core/sink.hpp"
#include "core/source.hpp"
#include "core/token_bucket.hpp"
#include "engine/checkpoint_pacer.hpp"
#include "engine/probe.hpp"
#include "engine/sample_check.hpp"
#include "engine/transfer.hpp"
#include "store/front_digest.hpp"
#include "store/partial_sink.hpp"
#include "store/target.hpp"
#include "xget/event.hpp"
#include "xget/options.hpp"

namespace xget::engine {

// A file this small comes in one response and has no sidecar.
inline constexpr std::uint64_t kTinySize = 1ULL << 20;

struct JobSettings {
  JobId id = 0;
  std::string path;  // of the target; "-": standard output, and a stream is given
  Existing existing = Existing::Refuse;
  Resume resume = Resume::Default;
  OnChange on_change = OnChange::Restart;
  Preallocate preallocate = Preallocate::Full;
  CheckpointInterval checkpoint_interval;
  std::string checkpoint_folder;
  std::optional<std::uint64_t> max_filesize;
  std::optional<ExpectedDigest> digest;
  bool strict = false;
  int connections = 4;
  Duration stall_timeout = std::chrono::seconds(20);
  Duration connect_timeout = std::chrono::seconds(15);
  core::RetryLimits retry;
  std::uint64_t crawl_rate = 1024;  // bytes per second
  std::uint64_t physical_memory = 0;
};

// All must outlive the job.
struct JobPorts {
  core::Clock& clock;
  core::Random& random;
  core::FileSystem& files;
  core::Worker& disk;
  core::Worker& hashing;
  core::TokenBucket& limit;
};

class Job final : public core::SourceListener {
 public:
  using Tell = std::function<void(Event)>;

  // `stream` is where the bytes go instead of a file; null for a file.
  Job(JobSettings settings, JobPorts ports, std::unique_ptr<core::Source> source,
      std::unique_ptr<core::Sink> stream, Tell tell);
  ~Job() override;

  void on_time(Instant now);
  // Instant::min() if on_time() should be called at once. nullopt: only callbacks move it.
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  void interrupt();  // stops the network; the job ends as Interrupted after a last checkpoint
  [[nodiscard]] bool ended() const { return stage_ == Stage::Ended; }
  [[nodiscard]] Progress progress(Instant now);

 private:
  enum class Stage { Accept, HashExisting, Probe, Sample, Transfer, Finish, Stop, Ended };
  // What a sample check is to decide.
  enum class Sampled { Partial, ExistingAsBeginning, ExistingAsWhole };
  // A download under way: where its bytes go. Goes when the resource turns out to have changed.
  struct Destination {
    std::unique_ptr<store::PartialSink> partial;  // one of the two
    std::unique_ptr<core::Sink> stream;
    std::unique_ptr<CheckpointPacer> pacer;
    [[nodiscard]] core::Sink& sink() const;
  };

  void step(Instant now);

  // accept: what stands at the target?
  void accept();
  void accept_existing();
  void accept_partial();
  void hash_existing();
  void step_hash_existing(Instant now);

  // probe: what does the server have?
  void start_probe(core::FetchSpec spec);
  void probe_from_start();
  void probe_later(core::FetchSpec spec, Instant at);
  [[nodiscard]] bool silent_too_long(Instant now) const;
  void expect_answer();
  void step_probe(Instant now);
  void after_probe_failure(const core::Failure& failure, Instant now);

  // settle: what follows from both?
  void settle(Instant now);
  void settle_existing();
  void settle_partial(Instant now);
  void settle_running(Instant now);
  void on_other_version(Instant now);
  void begin_again(Instant now);
  void start_sampling(Sampled what);
  void step_sample(Instant now);
  void after_sample_failure(const core::Failure& failure, Instant now);
  void after_agreement(Instant now);
  void after_disagreement();

  // transfer
  void create_partial(Instant now);
  void resume_partial(Instant now);
  void use_destination(Result<std::unique_ptr<store::PartialSink>> partial, Instant now);
  void verify_claims();
  void start_transfer(Instant now);
  void adopt_probe(Instant now);
  void step_transfer(Instant now);
  void take_checkpoint(Instant now);
  void end_transfer();
  void reconsider(const core::Reconsider& doubt, Instant now);

  // finish, or stop
  void start_finish();
  void step_finish(Instant now);
  void complete(Proof proof, std::string rests_on, std::uint64_t size, bool already);
  void stop(Error error);
  void step_stop(Instant now);
  void discard_if_worthless();

  bool on_offer(core::FetchId id, const core::Offer& offer) override;
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes) override;
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end) override;

  void note(std::string text) const;
  void tell_retry(const core::Failure& failure, Duration wait) const;
  [[nodiscard]] Error error_of(const core::Failure& failure) const;
  [[nodiscard]] Error exists_error(std::string cause) const;
  [[nodiscard]] Error changed_error(std::string cause) const;
  [[nodiscard]] std::optional<Error> refuse(const core::Representation& offered) const;
  [[nodiscard]] std::optional<Error> refuse_end() const;
  [[nodiscard]] std::string kept() const;
  [[nodiscard]] RangeSet held() const;
  [[nodiscard]] std::pair<Proof, std::string> proof() const;
  [[nodiscard]] store::PartialSettings partial_settings() const;
  [[nodiscard]] core::Representation recorded() const;   // by the sidecar of partial_
  [[nodiscard]] core::Representation to_record() const;  // what a sidecar may claim

  JobSettings settings_;
  JobPorts ports_;
  std::unique_ptr<core::Source> source_;
  std::unique_ptr<core::Sink> stream_;  // until it is the destination
  Tell tell_;
  Stage stage_ = Stage::Accept;
  bool wake_ = true;  // on_time() has something to do now
  bool interrupted_ = false;

  std::unique_ptr<store::Target> target_;      // null for a stream
  std::optional<core::FileInfo> existing_;     // FILE, if it stands there and is not replaced
  std::unique_ptr<core::File> existing_file_;  // open while it is sampled
  std::shared_ptr<store::FrontDigest> existing_hashing_;
  std::optional<Result<std::string>> existing_digest_;
  std::optional<store::OpenPartial> partial_;  // found at the start, until a sink takes it over

  core::RetryPolicy retry_;
  core::FixedConnections connections_;
  Probe probe_;
  bool probed_from_start_ = false;  // without an expectation
  core::FetchSpec next_probe_;
  std::optional<Instant> retry_at_;  // of a probe or a sample check
  Instant answer_by_{};              // a probe or sample check still unanswered then has stalled
  bool known_changed_ = false;       // samples disagreed
  int version_changes_ = 0;
  int failures_of_ranges_ = 0;
  std::unique_ptr<SampleCheck> samples_;
  Sampled sampled_ = Sampled::Partial;
  bool joined_unproven_ = false;  // held bytes that no strong validator ties in

  std::optional<core::Representation> representation_;  // the version this job downloads
  Destination destination_;
  std::unique_ptr<Transfer> transfer_;
  RangeSet stream_written_;  // to a stream, by transfers that have ended
  bool one_stream_ = false;  // the source does not serve ranges
  bool resumed_ = false;
  bool set_aside_ = false;      // there is a FILE.partial.old of ours
  std::uint64_t received_ = 0;  // by transfers that have ended
  int responses_ = 0;
  std::uint64_t size_ = 0;  // of the representation, once all is written
  bool end_proven_ = true;  // by a length or by framing

  bool claims_checked_ = true;
  std::vector<ByteRange> bad_claims_;  // not yet told to the transfer
  bool window_grew_ = false;
  std::optional<Error> sink_error_;  // from a worker
  std::optional<Result<void>> finished_;
  int rounds_of_bad_bytes_ = 0;
  std::optional<Error> stopping_;  // why
  bool last_checkpoint_taken_ = false;

  core::RateEstimator speed_;
  std::uint64_t measured_ = 0;  // received bytes that speed_ knows of
};

}  // namespace xget::engine
