// A job's way to its first written byte: what stands at the target, what the server has, and what
// follows from both.
#include <utility>

#include "base/units.hpp"
#include "core/target_policy.hpp"
#include "engine/job.hpp"

namespace xget::engine {
namespace {

constexpr int kMostVersionChanges = 5;

core::FetchSpec whole_resource() { return {{0, kUnknownEnd}, std::nullopt}; }

}  // namespace

// ---- accept: what stands at the target? ---------------------------------------------------

void Job::accept() {
  if (stream_) return start_probe(whole_resource());
  auto target = store::Target::open(ports_.files, settings_.path, settings_.checkpoint_folder);
  if (!target) return stop(std::move(target.error()));
  target_ = *std::move(target);
  auto existing = target_->existing();
  if (!existing) return stop(std::move(existing.error()));
  existing_ = *existing;
  accept_existing();
}

void Job::accept_existing() {
  const core::ExistingFacts facts{existing_.has_value(),
                                  existing_ && target_->existing_mark().has_value()};
  switch (core::decide_before_request(facts, settings_.existing, settings_.resume,
                                      settings_.digest.has_value())) {
    case core::BeforeRequest::GoOn: existing_.reset(); return accept_partial();
    case core::BeforeRequest::LeaveIt:
      return complete(Proof::None, "it was there before and was left alone", existing_->size, true);
    case core::BeforeRequest::CheckDigest: return hash_existing();
    case core::BeforeRequest::AskServer: return start_probe(whole_resource());
    case core::BeforeRequest::Refuse:
      return stop(exists_error("it exists, and nothing shows that it is the wanted file"));
  }
}

void Job::hash_existing() {
  auto opened = target_->open_existing();
  if (!opened) return stop(std::move(opened.error()));
  auto hashing =
      store::FrontDigest::create(*std::move(opened), ports_.hashing, settings_.digest->algorithm);
  if (!hashing) return stop(std::move(hashing.error()));
  stage_ = Stage::HashExisting;
  existing_hashing_ = *std::move(hashing);
  existing_hashing_->advance(existing_->size);
  existing_hashing_->finish(existing_->size, [this](Result<std::string> digest) {
    existing_digest_ = std::move(digest);
    wake_ = true;
  });
}

void Job::step_hash_existing(Instant now) {
  if (!existing_digest_) return;
  existing_hashing_.reset();
  retry_.begin_waiting(now);
  if (!*existing_digest_) return stop(existing_digest_->error());
  if (**existing_digest_ == settings_.digest->hex) {
    return complete(Proof::Digest, "it matches the given digest", existing_->size, true);
  }
  if (settings_.resume == Resume::Adopt) return start_probe(whole_resource());
  stop(exists_error("it exists, and its digest is another one than the given"));
}

void Job::accept_partial() {
  auto partial = target_->open_partial();
  if (!partial) return stop(std::move(partial.error()));
  partial_ = *std::move(partial);
  if (partial_ && settings_.resume == Resume::Never) {
    if (auto done = target_->discard_partial(); !done) return stop(std::move(done.error()));
    partial_.reset();  // and its lock
  }
  if (!partial_ || !partial_->sidecar) return start_probe(whole_resource());
  const auto gap = partial_->sidecar->claimed().next_gap(0, partial_->sidecar->size);
  if (!gap) {  // whole already: only the checks and the rename are missing
    if (auto refusal = refuse(recorded())) return stop(*std::move(refusal));
    representation_ = recorded();
    return resume_partial(ports_.clock.now());
  }
  start_probe({{gap->begin, kUnknownEnd}, recorded()});
}

core::Representation Job::recorded() const {
  return {.size = partial_->sidecar->size,
          .validators = partial_->sidecar->validators,
          .ranges = true,
          .content_type = ""};
}

// ---- probe: what does the server have? ----------------------------------------------------

void Job::start_probe(core::FetchSpec spec) {
  stage_ = Stage::Probe;
  wake_ = true;
  retry_at_.reset();
  probed_from_start_ = !spec.expected;
  expect_answer();
  probe_.start(std::move(spec));
}

void Job::probe_later(core::FetchSpec spec, Instant at) {
  stage_ = Stage::Probe;
  next_probe_ = std::move(spec);
  retry_at_ = at;
}

void Job::expect_answer() {
  answer_by_ = ports_.clock.now() + settings_.connect_timeout + settings_.stall_timeout;
}

bool Job::silent_too_long(Instant now) const { return !retry_at_ && now >= answer_by_; }

void Job::probe_from_start() { start_probe(whole_resource()); }

void Job::step_probe(Instant now) {
  if (retry_at_ && now >= *retry_at_) return start_probe(next_probe_);
  if (probe_.offer()) return settle(now);
  if (silent_too_long(now)) {
    probe_.drop();
    return after_probe_failure({.kind = core::FailureKind::Stall,
                                .cause = "the server accepts the request and does not answer"},
                               now);
  }
  if (const core::Failure* failure = probe_.failure()) {
    const core::Failure copy = *failure;
    probe_.drop();
    after_probe_failure(copy, now);
  }
}

void Job::after_probe_failure(const core::Failure& failure, Instant now) {
  const core::Remedy remedy = core::remedy_for(failure.kind, retry_.served());
  const auto decision = retry_.on_failure(failure, now, ports_.random.next());
  const bool another_question =
      remedy == core::Remedy::AskPlainly || remedy == core::Remedy::CheckVersion;
  if (another_question && !probed_from_start_ && !decision.give_up) return probe_from_start();
  if (another_question || remedy == core::Remedy::GiveUp || decision.give_up) {
    return stop(error_of(failure));
  }
  tell_retry(failure, decision.wait);
  if (remedy == core::Remedy::StartOver) source_->start_over();
  probe_later(probe_.spec(), now + decision.wait);
}

// ---- settle: what follows from both? ------------------------------------------------------

void Job::settle(Instant now) {
  const core::Offer& offer = *probe_.offer();
  if (auto refusal = refuse(offer.representation)) return stop(*std::move(refusal));
  if (representation_) return settle_running(now);
  if (existing_) return settle_existing();
  if (partial_) return settle_partial(now);
  begin_again(now);
}

void Job::settle_existing() {
  const core::Representation& offered = probe_.offer()->representation;
  std::optional<core::Representation> marked;
  if (const auto mark = target_->existing_mark()) {
    marked = core::Representation{
        .size = mark->size,
        .validators = {.strong_etag = mark->strong_etag,
                       .weak_etag = "",
                       .last_modified = mark->last_modified,
                       .last_modified_is_strong = !mark->last_modified.empty()},
        .ranges = true,
        .content_type = ""};
  }
  switch (core::judge_existing(existing_->size, marked, offered, settings_.resume)) {
    case core::ExistingVerdict::AlreadyComplete:
      return complete(Proof::StrongValidator, "the server's validator is still the same",
                      existing_->size, true);
    case core::ExistingVerdict::SampleAsWhole: return start_sampling(Sampled::ExistingAsWhole);
    case core::ExistingVerdict::SampleAsBeginning:
      return start_sampling(Sampled::ExistingAsBeginning);
    case core::ExistingVerdict::Refuse:
      return stop(exists_error("it exists, and is not proven to be the server's file"));
  }
}

void Job::settle_partial(Instant now) {
  if (!partial_->sidecar) {
    const bool adopts = settings_.resume == Resume::Adopt && partial_->size > 0 &&
                        probe_.offer()->representation.ranges &&
                        partial_->size <= probe_.offer()->representation.size.value_or(0);
    if (adopts && !known_changed_) return start_sampling(Sampled::Partial);
    note("the partial file found is not resumed (" + partial_->sidecar_problem +
         "); it is kept as " + target_->partial_path() + ".old until the new one is whole");
    return begin_again(now);
  }
  if (known_changed_) return on_other_version(now);
  const core::Representation& offered = probe_.offer()->representation;
  switch (
      core::judge_partial(recorded(), offered, settings_.strict, settings_.digest.has_value())) {
    case core::PartialVerdict::Resume:
      joined_unproven_ = core::compare_versions(recorded().validators, offered.validators) !=
                         core::VersionMatch::Same;
      return resume_partial(now);
    case core::PartialVerdict::Sample: return start_sampling(Sampled::Partial);
    case core::PartialVerdict::NotProven:
      return stop({.code = ErrorCode::NotProven,
                   .operation = "resume",
                   .subject = source_->name(),
                   .cause = "no strong validator shows that the partial file is of this version",
                   .remedy = "give a --checksum, or begin again with --no-resume"});
    case core::PartialVerdict::OtherVersion: return on_other_version(now);
    case core::PartialVerdict::BeginAgain:
      note("the server cannot show that the partial file is of this version; beginning again");
      return begin_again(now);
  }
}

// The transfer met something that put the version in doubt; this is what the server says now.
void Job::settle_running(Instant now) {
  const core::Offer& offer = *probe_.offer();
  switch (core::judge_partial(*representation_, offer.representation, false, true)) {
    case core::PartialVerdict::OtherVersion: return on_other_version(now);
    case core::PartialVerdict::BeginAgain:
      one_stream_ = true;  // the stream drops what it cannot prove
      break;
    default: one_stream_ = one_stream_ || offer.whole;
  }
  start_transfer(now);
}

void Job::on_other_version(Instant now) {
  if (!probed_from_start_) return probe_from_start();  // and hear what it is now
  const std::string cause = "it changed on the server since the download began";
  const bool cannot_begin_again = destination_.stream && destination_.stream->handed_on();
  if (settings_.on_change == OnChange::Fail || cannot_begin_again ||
      ++version_changes_ > kMostVersionChanges) {
    return stop(changed_error(cause));
  }
  const std::string& type = probe_.offer()->representation.content_type;
  if (representation_ && type == "text/html" && representation_->content_type != type) {
    return stop({.code = ErrorCode::Refused,
                 .operation = "go on with",
                 .subject = source_->name(),
                 .cause = "the server answers with a web page now, perhaps to log in",
                 .remedy = "check the URL and the credentials"});
  }
  note(cause + (target_ ? "; what there was is kept as " + target_->partial_path() +
                              ".old until the new version is whole"
                        : "; beginning again"));
  begin_again(now);
}

// A new file from the start, with the probe's response. What stood there is set aside.
void Job::begin_again(Instant now) {
  const bool partial_stands = partial_ || destination_.partial;
  if (partial_stands) {
    if (auto done = target_->set_partial_aside(); !done) return stop(std::move(done.error()));
    partial_.reset();
    set_aside_ = true;
  }
  if (destination_.partial) destination_ = {};  // its file stays open until its tasks have ended
  if (destination_.stream) destination_.stream->forget({0, kUnknownEnd});  // none has left
  stream_written_.clear();
  resumed_ = joined_unproven_ = false;
  claims_checked_ = true;
  bad_claims_.clear();
  representation_ = probe_.offer()->representation;
  one_stream_ = probe_.offer()->whole;
  create_partial(now);
}

// ---- sample: do the held bytes look like the server's? ------------------------------------

void Job::start_sampling(Sampled what) {
  if (settings_.strict && !settings_.digest) {
    return stop({.code = ErrorCode::NotProven,
                 .operation = "resume",
                 .subject = settings_.path,
                 .cause = "only samples could show that it belongs to the server's file",
                 .remedy = "give a --checksum, or leave out --strict"});
  }
  RangeSet held;
  core::File* file = nullptr;
  if (what == Sampled::Partial) {
    held = partial_->sidecar ? partial_->sidecar->claimed() : RangeSet({0, partial_->size});
    file = partial_->file.get();
  } else {
    auto opened = target_->open_existing();
    if (!opened) return stop(std::move(opened.error()));
    existing_file_ = *std::move(opened);
    held = RangeSet({0, existing_->size});
    file = existing_file_.get();
  }
  core::Representation expected = probe_.offer()->representation;
  probe_.drop();
  sampled_ = what;
  stage_ = Stage::Sample;
  wake_ = true;
  representation_ = expected;
  expect_answer();
  samples_ =
      std::make_unique<SampleCheck>(*source_, *this, std::move(expected), held, ports_.random,
                                    [file](std::uint64_t offset, std::span<std::byte> into) {
                                      return file->read_at(offset, into);
                                    });
  samples_->begin();
}

void Job::step_sample(Instant now) {
  if (retry_at_ && now >= *retry_at_) {
    representation_.reset();
    return probe_from_start();
  }
  if (!samples_) return;
  if (!samples_->result() && silent_too_long(now)) {
    samples_.reset();
    return after_sample_failure({.kind = core::FailureKind::Stall,
                                 .cause = "the server does not send the samples asked for"},
                                now);
  }
  if (!samples_->result()) return;
  const SampleResult result = *samples_->result();
  if (result == SampleResult::Agree) return after_agreement(now);
  if (result == SampleResult::Disagree) return after_disagreement();
  if (samples_->read_error()) return stop(*samples_->read_error());
  const core::Failure failure = *samples_->failure();
  samples_.reset();
  after_sample_failure(failure, now);
}

void Job::after_sample_failure(const core::Failure& failure, Instant now) {
  const auto decision = retry_.on_failure(failure, now, ports_.random.next());
  const bool final = core::remedy_for(failure.kind, retry_.served()) == core::Remedy::GiveUp;
  if (decision.give_up || final) return stop(error_of(failure));
  tell_retry(failure, decision.wait);
  retry_at_ = now + decision.wait;
}

void Job::after_agreement(Instant now) {
  const std::string compared = format_size(samples_->compared_bytes()) + " of samples agree";
  samples_.reset();
  joined_unproven_ = true;
  if (sampled_ == Sampled::ExistingAsWhole) {
    return complete(Proof::None, "same size, and " + compared, existing_->size, true);
  }
  if (sampled_ == Sampled::ExistingAsBeginning) {
    existing_file_.reset();
    existing_.reset();
    auto adopted = target_->adopt_existing();
    if (!adopted) return stop(std::move(adopted.error()));
    partial_ = *std::move(adopted);
  }
  note("going on from " + format_size(partial_->size) + " found there: " + compared);
  resume_partial(now);
}

void Job::after_disagreement() {
  samples_.reset();
  representation_.reset();
  if (sampled_ != Sampled::Partial) {
    return stop(exists_error("it exists, and differs from the server's file"));
  }
  known_changed_ = true;
  probe_from_start();
}

}  // namespace xget::engine
