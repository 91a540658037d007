// Arrival's last stage: do the held bytes look like the server's?
#include <utility>

#include "base/units.hpp"
#include "core/target_policy.hpp"
#include "engine/arrival.hpp"
#include "engine/job_error.hpp"

namespace xget::engine {

void Arrival::start_sampling(Sampled what) {
  if (job_.settings.strict && !job_.settings.names_bytes(probe_.offer()->representation.size)) {
    return settled(
        not_proven_error(destination_.path(), "resume",
                         "only samples could show that it belongs to the server's file"));
  }
  auto file = file_to_sample(what);
  if (!file) return settled(std::move(file.error()));
  sampled_version_ = probe_.offer()->representation;
  core::Validators known = known_of(what);
  if (core::compare_versions(known, sampled_version_.validators) ==
      core::VersionMatch::Different) {  // by its ETag alone: whatever else differs ends it earlier
    known = core::without_tags(std::move(known));
    sampled_version_.validators = core::without_tags(std::move(sampled_version_.validators));
    if (known.last_modified.empty()) known = {};
  }
  probe_.drop();
  sampled_ = what;
  stage_ = Stage::Sample;
  expect_sample();
  samples_ = std::make_unique<SampleCheck>(
      job_.sources, probe_.mirror(), job_.listener, sampled_version_, std::move(known),
      choose_samples(held_by(what), {}, job_.ports.random),
      [file = *file](std::uint64_t offset, std::span<std::byte> into) {
        return file->read_at(offset, into);
      });
  samples_->begin();
  job_.wake();
}

Result<core::File*> Arrival::file_to_sample(Sampled what) {
  switch (what) {
    case Sampled::Partial: return partial_->file.get();
    case Sampled::Running: return destination_.file();
    case Sampled::Existing: break;
  }
  auto opened = destination_.target()->open_existing();
  if (!opened) return fail(std::move(opened.error()));
  sampled_file_ = *std::move(opened);
  return sampled_file_.get();
}

RangeSet Arrival::held_by(Sampled what) const {
  switch (what) {
    case Sampled::Partial: return partial_->sidecar->claimed();
    case Sampled::Running: return destination_.readable();
    case Sampled::Existing: break;
  }
  return RangeSet({0, existing_->size});
}

core::Validators Arrival::known_of(Sampled what) const {
  return what == Sampled::Running ? running_->validators : recorded_validators();
}

void Arrival::expect_sample() {
  sample_by_ = job_.answer_by(probe_.mirror(), job_.ports.clock.now());
}

void Arrival::step_sample(Instant now) {
  const auto result = samples_->result();
  if (!result && now >= sample_by_) {
    samples_->end_stalled();
    return after_sample_failure({.kind = core::FailureKind::Stall,
                                 .cause = "the server does not send the samples asked for"},
                                now);
  }
  if (!result) return;
  switch (*result) {
    case SampleResult::Agree: return after_agreement();
    case SampleResult::Disagree: return after_disagreement();
    case SampleResult::Failed: break;
  }
  if (samples_->read_error()) return settled(*samples_->read_error());
  after_sample_failure(core::Failure(*samples_->failure()), now);
}

// All is asked anew: the resource may be another one by then.
void Arrival::after_sample_failure(const core::Failure& failure, Instant now) {
  samples_.reset();
  const core::MirrorId mirror = probe_.mirror();
  const auto verdict = job_.mirrors.at(mirror).retry.on_failure(failure, {.started = now}, now,
                                                                job_.ports.random.next());
  const bool last_hope = !job_.mirrors.others_left(mirror);
  if (verdict.remedy == core::Remedy::GiveUp && last_hope) return settled(refusal(failure));
  if (verdict.remedy == core::Remedy::StartOver) job_.sources.at(mirror).start_over();
  if (!last_hope) job_.mirrors.rest(mirror, verdict.wait, now);
  stage_ = Stage::Probe;
  probe_.ask_later(whole_resource(), last_hope ? now + verdict.wait : now);
  if (verdict.remedy == core::Remedy::Refresh) return refresh(failure);
  job_.tell_retry(mirror, failure, verdict.wait);
}

void Arrival::after_agreement() {
  const bool running = sampled_ == Sampled::Running;
  job_.note("going on from " + format_size(held_by(sampled_).size()) +
            (running ? " that are there: " : " found there: ") +
            format_size(samples_->compared_bytes()) + " of samples agree");
  samples_.reset();
  switch (sampled_) {
    case Sampled::Existing: return adopt(sampled_version_, true);
    case Sampled::Partial: return resume(sampled_version_, true);
    case Sampled::Running:
      return settled(GoOnWithDownload{.mirror = probe_.mirror(), .sampled = sampled_version_});
  }
}

// FILE is the beginning of what is to be downloaded.
void Arrival::adopt(core::Representation version, bool unproven) {
  sampled_file_.reset();
  existing_.reset();
  auto adopted = destination_.target()->adopt_existing();
  if (!adopted) return settled(std::move(adopted.error()));
  partial_ = *std::move(adopted);
  resume(std::move(version), unproven);
}

void Arrival::after_disagreement() {
  samples_.reset();
  if (sampled_ == Sampled::Existing) {
    return leave_name(exists_error("it exists, and differs from the server's file", WayOn::None));
  }
  if (leave_for_others()) return;
  samples_disagreed_ = true;
  ask_openly();
}

// ---- callbacks of the Source --------------------------------------------------------------

bool Arrival::on_offer(core::FetchId id, const core::Offer& offer) {
  return samples_->on_offer(id, offer);
}

core::Flow Arrival::on_bytes(core::FetchId id, std::span<const std::byte> bytes) {
  expect_sample();
  return samples_->on_bytes(id, bytes);
}

void Arrival::on_fetch_end(core::FetchId id, const core::FetchEnd& end) {
  samples_->on_fetch_end(id, end);
}

}  // namespace xget::engine
