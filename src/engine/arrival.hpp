// Arrival: a download's way to its first written byte: what stands at the target, what the server
// has, and what follows from both.
//
//   accept (→ hash what exists) → probe (→ refresh the URL → probe) → settle (→ sample)
//
// Where the server may name the file it is asked first, since only a name leads to what stands
// there. Its answer is the probe's too, if nothing stands there.
//
// A download that comes to doubt its version is settled here too.
// Thread: loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/target_policy.hpp"
#include "engine/destination.hpp"
#include "engine/download.hpp"
#include "engine/job_context.hpp"
#include "engine/job_error.hpp"
#include "engine/probe.hpp"
#include "engine/sample_check.hpp"
#include "engine/url_refresh.hpp"
#include "store/front_digest.hpp"
#include "store/target.hpp"

namespace xget::engine {

// The file is there already: nothing is left to do.
struct AlreadyThere {
  Proof proof = Proof::None;
  std::string rests_on;
  std::uint64_t size = 0;
  std::optional<core::FileInfo> verified;  // what its digest was found right of
  std::string digest;                      // as Finished::digest
  bool not_modified = false;               // as Finished::not_modified
};
// It can be made from another file of the session, without a request. A partial stays where it is.
struct MakeDuplicate {
  core::Original original;
  bool partial = false;  // there is one, and its lock is held
};
// A version is to be downloaded. The probe's response, if it has one, goes on.
struct BeginDownload {
  DownloadPlan plan;
  std::optional<store::OpenPartial> partial;  // to go on with; absent: a new file
};
// The download under way is still of this version.
struct GoOnWithDownload {
  core::MirrorId mirror = 0;  // that says so
  bool one_stream = false;
  // What it is called now, if only samples show that it is the same.
  std::optional<core::Representation> sampled;
};
// The resource is a Metalink, and not to be fetched as a file.
struct DescribesFiles {};
using ArrivalOutcome = std::variant<AlreadyThere, MakeDuplicate, BeginDownload, GoOnWithDownload,
                                    DescribesFiles, Error>;

class Arrival {
 public:
  // All must outlive it.
  Arrival(const JobContext& job, Destination& destination, Probe& probe);

  void begin();
  // Asks, after the doubt's wait, whether `running`, as `mirror` has it, is still what there is.
  void ask_again(const core::Representation& running, core::MirrorId mirror,
                 const core::Reconsider& doubt, Instant now);
  // What was downloaded is proved to be wrong: begins again with what another mirror has.
  void begin_elsewhere();
  // There was no duplicate to be had: asks for what is missing.
  void fetch_instead(Instant now);
  // What stands at the target turned out to be another's, as `error` says: begins again under
  // another name, if one will do, and is settled with the error else.
  void leave_name(Error error);
  void end();  // no more requests

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] std::optional<ArrivalOutcome> take_outcome();

  // Bytes that the partial found there claims, while no download has taken it over.
  [[nodiscard]] std::uint64_t claimed_bytes() const;

  // Callbacks of the Source, for samples.
  [[nodiscard]] bool owns(core::FetchId id) const { return samples_ && samples_->owns(id); }
  bool on_offer(core::FetchId id, const core::Offer& offer);
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes);
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end);

 private:
  enum class Stage { Name, Accept, HashExisting, Probe, Refresh, Sample, Settled };
  // What a sample check is to decide on.
  enum class Sampled { Partial, Existing, Running };

  void settled(ArrivalOutcome outcome);

  void step_name();
  void accept();
  void accept_existing();
  void clear_behind_duplicate();
  void accept_partial();
  void ask_for_the_rest();
  [[nodiscard]] std::optional<core::Original> usable_original() const;
  void replace_existing();
  [[nodiscard]] std::uint64_t size_there() const;
  [[nodiscard]] core::TargetWishes wishes() const;
  [[nodiscard]] bool is_settled_by(const store::OriginMark& mark) const;
  void hash_existing();
  void step_hash_existing(Instant now);

  void ask(core::FetchSpec spec);
  [[nodiscard]] core::FetchSpec whole_unless_unchanged() const;
  void ask_whether_changed(const std::optional<store::OriginMark>& mark);
  void ask_openly();
  void step_probe();
  void settle();
  void settle_existing();
  void settle_unchanged();
  void settle_partial();
  void settle_running();
  void settle_running_elsewhere();
  void on_other_version();
  bool leave_for_others();
  void begin_again();
  void resume(core::Representation version, bool unproven);
  void adopt(core::Representation version, bool unproven);

  void refresh(const core::Failure& refused);
  void step_refresh();

  void start_sampling(Sampled what);
  Result<core::File*> file_to_sample(Sampled what);
  [[nodiscard]] RangeSet held_by(Sampled what) const;
  [[nodiscard]] core::Validators known_of(Sampled what) const;
  void expect_sample();
  void step_sample(Instant now);
  void after_sample_failure(const core::Failure& failure, Instant now);
  void after_agreement();
  void after_disagreement();

  [[nodiscard]] Error refusal(const core::Failure& failure) const;
  [[nodiscard]] Error exists_error(std::string cause, WayOn way_on) const;
  [[nodiscard]] Error unproven_error(const core::Representation& offered) const;
  // That a sidecar records this job's URL, or one of the same resource.
  [[nodiscard]] bool partial_is_ours() const;
  [[nodiscard]] std::optional<Error> refuse_other_url(const std::string& found) const;
  [[nodiscard]] std::optional<Error> refuse_size(const core::Representation& offered) const;
  // --strict: nothing would prove it.
  [[nodiscard]] std::optional<Error> refuse_unproven(const core::Representation& offered) const;
  [[nodiscard]] core::Place place() const;  // of the offer, seen from what partial_ records
  [[nodiscard]] core::Representation recorded() const;         // by the sidecar of partial_
  [[nodiscard]] core::Validators recorded_validators() const;  // none without a sidecar

  const JobContext& job_;
  Destination& destination_;
  Probe& probe_;
  UrlRefresh refresh_;
  Stage stage_ = Stage::Probe;
  Stage refused_in_ = Stage::Probe;  // where Stage::Refresh leads back to
  std::optional<ArrivalOutcome> outcome_;

  std::optional<core::FileInfo> existing_;  // FILE, if it stands there and is not replaced
  std::shared_ptr<store::FrontDigest> existing_hashing_;
  std::optional<Result<std::string>> existing_digest_;
  std::optional<store::OpenPartial> partial_;    // found at the start, until a sink takes it over
  std::optional<core::Representation> running_;  // of the download that asks again
  core::MirrorId running_mirror_ = 0;            // whose validators those are
  bool seen_other_ = false;                      // a response to it was of another version
  int version_changes_ = 0;
  int mirrors_left_ = 0;  // since they had another version

  std::unique_ptr<core::File> sampled_file_;  // FILE, open while it is sampled
  std::unique_ptr<SampleCheck> samples_;
  Sampled sampled_ = Sampled::Partial;
  core::Representation sampled_version_;
  Instant sample_by_{};  // no byte of a sample until then: stalled
  bool samples_disagreed_ = false;
};

}  // namespace xget::engine
