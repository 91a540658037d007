// A job that only says what it would do. It has come as far as its sink, over a file system that
// stays untouched.
#include <utility>

#include "engine/job.hpp"
#include "engine/proof.hpp"

namespace xget::engine {
void Job::tell_plan(const AlreadyThere& there) {
  tell_plan({.step = PlannedStep::Nothing,
             .url = context_.url(),
             .size = there.size,
             .held = there.size,
             .not_modified = there.not_modified,
             .proof = there.proof,
             .rests_on = there.rests_on});
}

void Job::tell_plan(const DownloadPlan& plan, std::uint64_t kept) {
  const Instant now = ports_.clock.now();
  const core::Representation& version = plan.version;
  const bool one_response = plan.one_stream || (version.size && *version.size <= kTinySize);
  Planned planned{.step = plan.resumed ? PlannedStep::GoOn : PlannedStep::Begin,
                  .url = context_.url(),
                  .size = version.size,
                  .held = plan.one_stream ? 0 : kept,
                  .ranges = version.ranges && !plan.one_stream,
                  .etag = core::tag_of(version.validators),
                  .last_modified = version.validators.last_modified,
                  .connections = 1};
  if (const auto& offer = probe_.offer()) {
    planned.url = offer->final_url;
    planned.addresses = sources_.at(plan.mirror).addresses(offer->host);
  }
  const bool complete = version.size && planned.held >= *version.size;
  if (complete) planned.connections = 0;
  if (!one_response && !complete) {
    planned.connections = mirrors_.at(plan.mirror).connections->target(now);
  }
  for (core::MirrorId mirror = 0; mirror < mirrors_.count(); ++mirror) {
    const core::Mirror& other = mirrors_.at(mirror);
    const bool left_out = other.standing == core::Standing::Unfit || other.banned || other.hopeless;
    if (mirror != plan.mirror && !left_out) planned.mirrors.push_back(sources_.name(mirror));
  }
  ProofInWords proof = prove(settings_, {.size = version.size.value_or(0),
                                         .by_samples = plan.unproven,
                                         .one_response = one_response && kept == 0,
                                         .validators = version.validators,
                                         .server_digest = version.digest});
  planned.proof = proof.proof;
  planned.rests_on = std::move(proof.rests_on);
  tell_plan(std::move(planned));
}

void Job::tell_plan(Planned planned) {
  planned.job = settings_.id;
  planned.path = destination_.path();
  probe_.drop();
  end();
  context_.tell(std::move(planned));
}

}  // namespace xget::engine
