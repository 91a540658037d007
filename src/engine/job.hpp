// Job: one download, from its URL to the file under its final name. The way of a byte reads
//
//   Arrival    accept → probe → settle (→ sample)
//   Download   ( schedule ⇄ transfer → write → checkpoint ) → verify → finish
//
// and goes back from the second to the first when the version comes into doubt. A file whose bytes
// another one has already is made from that instead, behind accept (job_duplicate.cpp).
//
// Thread: loop. Callbacks only record what happened; every decision is taken in on_time(), which
// the owner calls after each round of callbacks and when next_deadline() has come. So nothing is
// ever destroyed from inside its own callback, and the job reads top to bottom.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/connection_policy.hpp"
#include "core/mirrors.hpp"
#include "core/rate_estimator.hpp"
#include "core/sink.hpp"
#include "core/source.hpp"
#include "engine/arrival.hpp"
#include "engine/described_by.hpp"
#include "engine/destination.hpp"
#include "engine/download.hpp"
#include "engine/job_context.hpp"
#include "engine/job_error.hpp"
#include "engine/mirror_sources.hpp"
#include "engine/probe.hpp"
#include "engine/task.hpp"
#include "xget/event.hpp"

namespace xget::engine {

// A URL of the resource: what fetches from it, and how many connections it may have.
struct JobMirror {
  std::unique_ptr<core::Source> source;
  std::unique_ptr<core::ConnectionPolicy> connections;
};

// What fetches from where a server's answers link to (RFC 6249). Empty functions: nothing does.
struct LinkMakers {
  // A mirror, which must have so many bytes. nullopt: it cannot be one.
  std::function<std::optional<JobMirror>(const std::string& url, std::uint64_t size)> make_mirror;
  // A Metalink that describes the resource, as the answer of `named_by` says. Null: it is not to be
  // fetched.
  std::function<std::unique_ptr<Document>(const std::string& url, const std::string& named_by)>
      make_description;
};

// What a job is made of and owns.
struct JobParts {
  std::vector<JobMirror> mirrors;      // at least one; in the order in which they are asked
  std::unique_ptr<core::Sink> stream;  // where the bytes go instead of a file; null for a file
  std::unique_ptr<core::UrlRefresher> refresher;  // of the first; null: it is not asked anew
  LinkMakers links;
  // Called instead of telling an end, with JobSettings::gives_way_to_metalink alone.
  std::function<void()> give_way;
};

class Job final : public Task, private core::SourceListener {
 public:
  using Tell = std::function<void(Event)>;

  Job(JobSettings settings, JobPorts ports, JobParts parts, Tell tell);
  ~Job() override;

  void on_time(Instant now) override;
  [[nodiscard]] std::optional<Instant> next_deadline() const override;
  // Stops the network; the job ends as Interrupted after a last checkpoint.
  void interrupt() override;
  [[nodiscard]] bool ended() const override { return stage_ == Stage::Ended; }
  [[nodiscard]] Progress progress(Instant now) override;
  [[nodiscard]] core::JobWeight weight() const override;
  [[nodiscard]] bool multiplexed() const override { return multiplexed_; }
  [[nodiscard]] bool left_original() const override { return left_original_; }

 private:
  enum class Stage { Start, Arrive, Duplicate, Download, Stop, Ended };

  void step(Instant now);
  void step_arrive(Instant now);
  void step_duplicate(Instant now);
  void step_download(Instant now);
  void step_stop(Instant now);

  void act_on(AlreadyThere outcome, Instant now);
  void act_on(DescribesFiles outcome, Instant now);
  void act_on(MakeDuplicate outcome, Instant now);
  void act_on(BeginDownload outcome, Instant now);
  void act_on(GoOnWithDownload outcome, Instant now);
  void act_on(Downloaded outcome, Instant now);
  void act_on(BeginElsewhere outcome, Instant now);
  void act_on(const core::Reconsider& doubt, Instant now);
  void leave_download();
  void act_on(Error error, Instant now);

  void cannot_have(Error error);
  void end_as(const store::Duplicated& made);
  void fetch_instead(const store::NoDuplicate& none, Instant now);

  core::MirrorId add_mirror(JobMirror mirror);

  // For those that want the same content.
  void leave_original(const std::optional<core::FileInfo>& file);
  void say_that_it_was_copied(const std::string& why);

  // What would be done: told instead of doing it.
  void tell_plan(const AlreadyThere& there);
  void tell_plan(const DownloadPlan& plan, std::uint64_t kept);
  void tell_plan(Planned planned);

  // What the answer that began this version links to.
  void follow_links(const DownloadPlan& plan);
  [[nodiscard]] bool digest_will_tell(const core::Representation& version) const;
  void add_linked_mirrors(std::vector<core::LinkedMirror> links, const DownloadPlan& plan);
  void begin_description(const core::Offer& offer, const DownloadPlan& plan);
  void step_description(Instant now);
  void take_description(Description description);
  void expect_one_of(const std::vector<ExpectedDigest>& digests);

  void drop_what_was_set_aside();
  [[nodiscard]] bool fruitless(const Download& download);
  void look_for_reasons_to_stop();
  void draw_stage(Instant now);
  void end();
  void stop(Error error);
  [[nodiscard]] std::string kept();
  [[nodiscard]] Written written();

  bool on_offer(core::FetchId id, const core::Offer& offer) override;
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes) override;
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end) override;

  const JobSettings settings_;
  const JobPorts ports_;
  MirrorSources sources_;
  core::Mirrors mirrors_;
  const std::unique_ptr<core::UrlRefresher> refresher_;
  const LinkMakers links_;
  const std::function<void()> give_way_;
  const std::unique_ptr<Trace> trace_;  // null: nobody watches
  const JobContext context_;

  Stage stage_ = Stage::Start;
  bool wake_ = true;  // on_time() has something to do now
  bool interrupted_ = false;
  std::optional<Error> stopping_;  // why

  Destination destination_;
  Probe probe_;
  Arrival arrival_;
  std::shared_ptr<Download> download_;  // null until there is a version to download

  std::optional<MakeDuplicate> duplicating_;
  std::shared_ptr<store::Duplicate> duplicate_;  // null: none is being made
  std::optional<store::DuplicateOutcome> duplicated_;
  bool left_original_ = false;

  bool multiplexed_ = false;

  std::unique_ptr<DescribedBy> description_;  // null: none, or it was read
  std::size_t linked_mirrors_ = 0;

  int fruitless_doubts_ = 0;  // in a row, without a byte held in between
  std::uint64_t held_at_doubt_ = 0;

  core::RateEstimator speed_;
  std::uint64_t measured_ = 0;         // received bytes that speed_ knows of
  std::uint64_t received_before_ = 0;  // of versions that were dropped
};

}  // namespace xget::engine
