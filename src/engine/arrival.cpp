#include "engine/arrival.hpp"

#include <utility>

#include "base/units.hpp"
#include "core/target_policy.hpp"
#include "engine/job_error.hpp"
#include "formats/metalink.hpp"

namespace xget::engine {
namespace {

constexpr int kMostVersionChanges = 5;
constexpr int kMostMirrorsLeft = 8;

}  // namespace

Arrival::Arrival(const JobContext& job, Destination& destination, Probe& probe)
    : job_(job), destination_(destination), probe_(probe), refresh_(job) {}

void Arrival::settled(ArrivalOutcome outcome) {
  stage_ = Stage::Settled;
  outcome_ = std::move(outcome);
  job_.wake();
}

std::optional<ArrivalOutcome> Arrival::take_outcome() {
  return std::exchange(outcome_, std::nullopt);
}

void Arrival::end() {
  stage_ = Stage::Settled;
  probe_.drop();
  samples_.reset();
  refresh_.end();
}

void Arrival::on_time(Instant now) {
  switch (stage_) {
    case Stage::Name: probe_.on_time(now); return step_name();
    case Stage::Accept: return accept();
    case Stage::HashExisting: return step_hash_existing(now);
    case Stage::Probe: probe_.on_time(now); return step_probe();
    case Stage::Refresh: return step_refresh();
    case Stage::Sample: return step_sample(now);
    case Stage::Settled: return;
  }
}

std::optional<Instant> Arrival::next_deadline() const {
  if (stage_ == Stage::Sample) return sample_by_;
  if (stage_ == Stage::Refresh) return std::nullopt;
  return probe_.next_deadline();
}

std::uint64_t Arrival::claimed_bytes() const {
  return partial_ && partial_->sidecar ? partial_->sidecar->claimed().size() : 0;
}

bool Arrival::partial_is_ours() const {
  const store::Sidecar& sidecar = *partial_->sidecar;
  for (core::MirrorId mirror = 0; mirror < job_.mirrors.count(); ++mirror) {
    if (job_.sources.name(mirror) == sidecar.url) return true;
  }
  // A URL that was signed anew.
  return probe_.offer() && !sidecar.validators.resource.empty() &&
         sidecar.validators.resource == probe_.offer()->representation.validators.resource;
}

// What another URL's download has is not lost to this one. `found`: how this URL differs.
std::optional<Error> Arrival::refuse_other_url(const std::string& found) const {
  if (claimed_bytes() == 0 || partial_is_ours()) return std::nullopt;
  return partial_of_other_url_error(destination_.target()->partial_path(), partial_->sidecar->url,
                                    job_.url() + " " + found);
}

core::Validators Arrival::recorded_validators() const {
  return partial_ && partial_->sidecar ? partial_->sidecar->validators : core::Validators{};
}

core::Representation Arrival::recorded() const {
  return {.size = partial_->sidecar->size,
          .validators = partial_->sidecar->validators,
          .ranges = true,
          .content_type = "",
          .digest = partial_->sidecar->server_digest};
}

// ---- probe and settle: what does the server have, and what follows? ------------------------

void Arrival::ask(core::FetchSpec spec) {
  stage_ = Stage::Probe;
  // The answer that named the file answers this too.
  const bool answered = probe_.offer() && probe_.asked_openly() && !spec.expected;
  if (!answered) probe_.ask(std::move(spec));
  job_.wake();
}

void Arrival::ask_again(const core::Representation& running, core::MirrorId mirror,
                        const core::Reconsider& doubt, Instant now) {
  stage_ = Stage::Probe;
  running_mirror_ = mirror;
  running_ = running;
  seen_other_ = doubt.failure.kind == core::FailureKind::OtherVersion;
  samples_disagreed_ = false;
  probe_.ask_later(whole_resource(), now + doubt.wait);
  if (doubt.refresh) refresh(doubt.failure);
}

void Arrival::begin_elsewhere() {
  running_.reset();
  job_.mirrors.forget_version();
  if (auto done = destination_.set_aside(); !done) return settled(std::move(done.error()));
  ask(whole_resource());
}

// What was tried already is not advised.
Error Arrival::exists_error(std::string cause, WayOn way_on) const {
  if (job_.settings.resume == Resume::Adopt) {
    const bool checksum = way_on == WayOn::Checksum || way_on == WayOn::ResumeOrChecksum;
    way_on = checksum ? WayOn::Checksum : WayOn::None;
  }
  return engine::exists_error(destination_.path(), std::move(cause), way_on);
}

Error Arrival::unproven_error(const core::Representation& offered) const {
  const std::optional<std::uint64_t> offered_size = offered.size;
  const bool beginning = !offered_size || *offered_size > existing_->size;
  if (beginning && !offered.ranges) {
    return exists_error("it exists, and the server cannot send the rest of a file alone",
                        WayOn::None);
  }
  if (beginning) {
    return exists_error("it exists, and is not proven to be the server's file", WayOn::Resume);
  }
  if (*offered_size < existing_->size) {
    return exists_error("it exists, and is longer than the server's file", WayOn::None);
  }
  // With a digest it was read before anybody was asked.
  if (job_.settings.digest) {
    return exists_error("it exists, as long as the server's file, and its digest is another one",
                        WayOn::None);
  }
  return exists_error("it exists, as long as the server's file, and nothing proves that it is that",
                      WayOn::Checksum);
}

void Arrival::ask_openly() {
  stage_ = Stage::Probe;
  probe_.ask_openly();
  job_.wake();
}

void Arrival::step_probe() {
  if (probe_.offer()) return settle();
  if (probe_.unchanged()) return settle_unchanged();
  if (probe_.refused()) return refresh(core::Failure(*probe_.refused()));
  if (probe_.failure()) settled(refusal(*probe_.failure()));
}

Error Arrival::refusal(const core::Failure& failure) const {
  const bool served = running_ || claimed_bytes() > 0;
  return error_of(failure, job_.url(), served ? Served::Before : Served::Never);
}

void Arrival::settle() {
  const core::Representation& offered = probe_.offer()->representation;
  const bool metalink = formats::is_metalink_type(offered.content_type);
  if (metalink && job_.settings.gives_way_to_metalink && !running_) {
    return settled(DescribesFiles{});
  }
  if (auto refusal = refuse_size(offered)) return settled(*std::move(refusal));
  // A download asks for its own version again: one silent answer takes nothing from it.
  if (running_) return settle_running();
  if (auto refusal = refuse_unproven(offered)) return settled(*std::move(refusal));
  if (existing_) return settle_existing();
  if (partial_) return settle_partial();
  begin_again();
}

std::optional<Error> Arrival::refuse_size(const core::Representation& offered) const {
  const JobSettings& settings = job_.settings;
  if (settings.max_filesize && offered.size && *offered.size > *settings.max_filesize) {
    return error_of({.kind = core::FailureKind::TooLarge,
                     .cause = "its size is " + format_size(*offered.size) +
                              ", more than --max-filesize allows"},
                    job_.url(), Served::Never);
  }
  if (settings.size && offered.size && *offered.size != *settings.size) {
    return error_of({.kind = core::FailureKind::WrongSize,
                     .cause = core::wrong_size(*offered.size, *settings.size)},
                    job_.url(), Served::Never);
  }
  return std::nullopt;
}

std::optional<Error> Arrival::refuse_unproven(const core::Representation& offered) const {
  const JobSettings& settings = job_.settings;
  // A stream is not checked against what the server says of it.
  const bool checked = offered.digest && destination_.target() != nullptr;
  if (settings.strict && !settings.names_bytes(offered.size) && !checked &&
      !offered.validators.strong()) {
    return not_proven_error(job_.url(), "download",
                            "the server sends no strong validator and no digest is given");
  }
  return std::nullopt;
}

// Whatever becomes of it.
std::uint64_t Arrival::size_there() const {
  if (destination_.target() == nullptr) return 0;
  const auto there = destination_.target()->existing();
  return there && *there ? (*there)->size : 0;
}

void Arrival::settle_unchanged() {
  if (probe_.unchanged() && !job_.settings.unless_tagged.empty()) {
    return settled(AlreadyThere{.rests_on = "the server still has the version of the given ETag",
                                .size = size_there(),
                                .not_modified = true});
  }
  if (auto refusal = refuse_size({.size = existing_->size})) return settled(*std::move(refusal));
  settled(AlreadyThere{Proof::StrongValidator,
                       "the server still has the version that was recorded when it was finished; "
                       "not read again (--checksum proves the bytes)",
                       existing_->size});
}

void Arrival::settle_existing() {
  const core::Representation& offered = probe_.offer()->representation;
  core::ExistingFile file{.size = existing_->size,
                          .modified = std::chrono::floor<std::chrono::seconds>(
                              std::chrono::sys_time<Duration>(Duration(existing_->mtime_ns)))};
  if (const auto mark = destination_.target()->existing_mark()) {
    file.recorded = core::Representation{
        .size = mark->size, .validators = mark->validators, .ranges = true, .content_type = ""};
  }
  // An ETag was asked about, and is another one by now.
  const bool by_validators_alone = job_.settings.strict || !job_.settings.unless_tagged.empty();
  switch (core::judge_existing(file, offered, wishes(), by_validators_alone)) {
    case core::ExistingVerdict::AlreadyComplete: return settle_unchanged();
    case core::ExistingVerdict::NotNewer:
      return settled(AlreadyThere{
          Proof::None, "the server's file has the same size and is no newer, which proves nothing",
          existing_->size});
    case core::ExistingVerdict::Replace: return replace_existing();
    case core::ExistingVerdict::SampleAsBeginning:
      // Of an empty file nothing needs a proof.
      return existing_->size == 0 ? adopt(offered, false) : start_sampling(Sampled::Existing);
    case core::ExistingVerdict::Refuse: return leave_name(unproven_error(offered));
  }
}

void Arrival::settle_partial() {
  const core::Representation& offered = probe_.offer()->representation;
  if (!partial_->sidecar) {
    // It may be preallocated and full of holes, which samples need not meet: never adopted.
    job_.note("the partial file found is not resumed (" + partial_->sidecar_problem + "); " +
              destination_.fate_of_the_old());
    return begin_again();
  }
  if (samples_disagreed_) return on_other_version();
  switch (core::judge_partial(recorded(), offered, place(), job_.settings.strict,
                              job_.settings.names_bytes(offered.size))) {
    case core::PartialVerdict::Resume:
      return resume(offered, core::compare_versions(recorded().validators, offered.validators) !=
                                 core::VersionMatch::Same);
    case core::PartialVerdict::Sample: return start_sampling(Sampled::Partial);
    case core::PartialVerdict::NotProven: {
      Error error =
          not_proven_error(job_.url(), "resume",
                           "no strong validator shows that the partial file is of this version");
      error.remedy = "give a --checksum, or begin again with --no-resume";
      return settled(std::move(error));
    }
    case core::PartialVerdict::OtherVersion: return on_other_version();
    case core::PartialVerdict::BeginAgain:
      if (auto refusal = refuse_other_url("cannot show that it is the same file")) {
        return leave_name(*std::move(refusal));
      }
      job_.note("the server cannot show that the partial file is of this version; beginning again");
      return begin_again();
  }
}

// Another URL than the recorded one calls the same version by other tags.
core::Place Arrival::place() const {
  const bool other = job_.sources.name(probe_.mirror()) != partial_->sidecar->url;
  return other ? core::Place::Elsewhere : probe_.offer()->place;
}

// A download met something that put its version in doubt; this is what the server says now.
void Arrival::settle_running() {
  if (probe_.mirror() != running_mirror_) return settle_running_elsewhere();
  const bool whole = probe_.offer()->whole;
  const core::Representation& offered = probe_.offer()->representation;
  switch (core::judge_running(*running_, offered, probe_.offer()->place)) {
    case core::RunningVerdict::Same: break;
    case core::RunningVerdict::OtherTags:
      if (samples_disagreed_ || !offered.ranges || destination_.file() == nullptr) {
        return on_other_version();
      }
      return start_sampling(Sampled::Running);
    case core::RunningVerdict::OtherVersion: return on_other_version();
    case core::RunningVerdict::Unproven:
      if (seen_other_ && whole) return on_other_version();  // and nothing is told against it
      // It asked openly: what this response brings need not belong to the version.
      if (running_->validators.any()) probe_.drop();
  }
  settled(GoOnWithDownload{.mirror = probe_.mirror(), .one_stream = whole});
}

// Only the bytes tell whether another mirror has the version that is held.
void Arrival::settle_running_elsewhere() {
  const core::Representation& offered = probe_.offer()->representation;
  const bool comparable = offered.ranges && offered.size && offered.size == running_->size &&
                          destination_.file() != nullptr &&
                          (!job_.settings.strict || job_.settings.names_bytes(offered.size));
  if (comparable && !samples_disagreed_) return start_sampling(Sampled::Running);
  on_other_version();
}

// Another mirror may have what is held. False: none is left to ask, and this one may stand in.
bool Arrival::leave_for_others() {
  const core::MirrorId mirror = probe_.mirror();
  const bool stranger =
      running_ && job_.mirrors.at(mirror).stranger && !job_.settings.names_bytes(running_->size);
  const bool last = !job_.mirrors.others_left(mirror) || ++mirrors_left_ > kMostMirrorsLeft;
  if (last && !stranger) return false;
  job_.note(job_.sources.name(mirror) + " has another version; asking the next mirror");
  job_.mirrors.expel(mirror);
  probe_.drop();
  ask(whole_resource());
  return true;
}

void Arrival::on_other_version() {
  if (leave_for_others()) return;
  if (!probe_.asked_openly()) return ask_openly();  // and hear what it is now
  if (auto refusal = refuse_other_url("is another file")) return leave_name(*std::move(refusal));
  const std::string cause = "it changed on the server since the download began";
  if (job_.settings.on_change == OnChange::Fail || destination_.handed_on()) {
    const bool restartable = destination_.target() != nullptr;
    return settled(changed_error(job_.url(), cause, restartable));
  }
  if (++version_changes_ > kMostVersionChanges) {
    return settled(keeps_changing_error(job_.url()));
  }
  const core::Representation& offered = probe_.offer()->representation;
  if (auto refusal = refuse_unproven(offered)) return settled(*std::move(refusal));
  const std::string& type = offered.content_type;
  if (running_ && type == "text/html" && running_->content_type != type) {
    return settled(Error{.code = ErrorCode::Refused,
                         .operation = "go on with",
                         .subject = job_.url(),
                         .cause = "the server answers with a web page now, perhaps to log in",
                         .remedy = "check the URL and the credentials"});
  }
  job_.note(cause + "; " + destination_.fate_of_the_old());
  begin_again();
}

// A new file from the start, with the probe's response. What stood there is set aside.
void Arrival::begin_again() {
  if (partial_ || running_) {
    if (auto done = destination_.set_aside(); !done) return settled(std::move(done.error()));
  }
  partial_.reset();
  settled(BeginDownload{{.version = probe_.offer()->representation,
                         .mirror = probe_.mirror(),
                         .one_stream = probe_.offer()->whole},
                        std::nullopt});
}

void Arrival::resume(core::Representation version, bool unproven) {
  if (!version.size && partial_->sidecar) version.size = partial_->sidecar->size;
  if (!version.digest && partial_->sidecar) version.digest = partial_->sidecar->server_digest;
  settled(BeginDownload{{.version = std::move(version),
                         .mirror = probe_.mirror(),
                         .one_stream = probe_.offer() && probe_.offer()->whole,
                         .resumed = true,
                         .unproven = unproven,
                         .known = recorded_validators()},
                        std::exchange(partial_, std::nullopt)});
}

// ---- refresh: the URL is refused, and somebody may know a fresh one --------------------------

// The probe has its question already.
void Arrival::refresh(const core::Failure& refused) {
  refused_in_ = std::exchange(stage_, Stage::Refresh);
  refresh_.begin(refused);
}

void Arrival::step_refresh() {
  auto refreshed = refresh_.step();
  if (!refreshed) return;
  if (!*refreshed) return settled(std::move(refreshed->error()));
  stage_ = refused_in_;
  probe_.ask_again();
}

}  // namespace xget::engine
