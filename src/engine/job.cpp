#include "engine/job.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/units.hpp"
#include "engine/job_error.hpp"

namespace xget::engine {
namespace {

constexpr int kMostFruitlessDoubts = 15;

std::unique_ptr<Trace> begin_trace(const JobSettings& settings, const JobPorts& ports) {
  if (ports.trace == nullptr) return nullptr;
  return std::make_unique<Trace>(*ports.trace, settings.id, settings.path, ports.clock.now());
}

// One that was adopted counts as a whole.
std::uint64_t kept_bytes(const store::OpenPartial& partial) {
  return partial.sidecar ? partial.sidecar->claimed().size() : partial.size;
}

}  // namespace

Job::Job(JobSettings settings, JobPorts ports, JobParts parts, Tell tell)
    : settings_(std::move(settings)),
      ports_(ports),
      refresher_(std::move(parts.refresher)),
      links_(std::move(parts.links)),
      give_way_(std::move(parts.give_way)),
      trace_(begin_trace(settings_, ports_)),
      context_{settings_,
               ports_,
               sources_,
               mirrors_,
               *this,
               refresher_.get(),
               [this] { wake_ = true; },
               std::move(tell),
               trace_.get()},
      destination_(context_, std::move(parts.stream)),
      probe_(context_),
      arrival_(context_, destination_, probe_),
      speed_(ports.clock.now()) {
  for (JobMirror& mirror : parts.mirrors) add_mirror(std::move(mirror));
}

Job::~Job() = default;

core::MirrorId Job::add_mirror(JobMirror mirror) {
  core::RetryLimits limits = settings_.retry;
  if (mirrors_.count() > 0) limits.refreshes = 0;  // the refresher knows the first one's URL
  sources_.add(std::move(mirror.source));
  return mirrors_.add(limits, std::move(mirror.connections), ports_.clock.now());
}

void Job::interrupt() {
  interrupted_ = true;
  wake_ = true;
}

void Job::on_time(Instant now) {
  sources_.on_time(now);
  look_for_reasons_to_stop();
  do {
    wake_ = false;
    step(now);
  } while (wake_ && stage_ != Stage::Ended);
  if (trace_) draw_stage(now);
}

void Job::draw_stage(Instant now) {
  switch (stage_) {
    case Stage::Start:
    case Stage::Arrive: return trace_->enter_stage("arrive", now);
    case Stage::Duplicate: return trace_->enter_stage("duplicate", now);
    case Stage::Download:
      return trace_->enter_stage(download_->finishing() ? "finish" : "download", now);
    case Stage::Stop: return trace_->enter_stage("stop", now);
    case Stage::Ended: return;
  }
}

// Before the end is told: whoever hears of it may end the timeline.
void Job::end() {
  stage_ = Stage::Ended;
  description_.reset();
  if (trace_) trace_->enter_stage("", ports_.clock.now());
}

void Job::look_for_reasons_to_stop() {
  if (stopping_) return;
  if (interrupted_ && (!download_ || download_->cancel_finish()) &&
      (!duplicate_ || duplicate_->cancel())) {
    stop({.code = ErrorCode::Interrupted,
          .operation = "download",
          .subject = context_.url(),
          .cause = "interrupted"});
  } else if (download_ && download_->sink_error()) {
    stop(*download_->sink_error());
  }
}

void Job::step(Instant now) {
  switch (stage_) {
    case Stage::Start: stage_ = Stage::Arrive; return arrival_.begin();
    case Stage::Arrive: return step_arrive(now);
    case Stage::Duplicate: return step_duplicate(now);
    case Stage::Download: return step_download(now);
    case Stage::Stop: return step_stop(now);
    case Stage::Ended: return;
  }
}

std::optional<Instant> Job::next_deadline() const {
  if (stage_ == Stage::Ended) return std::nullopt;
  if (wake_) return Instant::min();
  const std::optional<Instant> next = sources_.next_deadline();
  if (stage_ == Stage::Arrive) return earliest(next, arrival_.next_deadline());
  if (stage_ != Stage::Download) return next;
  const auto described = description_ ? description_->next_deadline() : std::nullopt;
  return earliest(earliest(next, described), download_->next_deadline());
}

core::JobWeight Job::weight() const {
  if (duplicate_) return core::JobWeight::Finishing;
  if (!download_) return core::JobWeight::Unknown;
  if (download_->finishing()) return core::JobWeight::Finishing;
  const bool small = download_->version().size.value_or(kUnknownEnd) <= core::kLargestSmallFile;
  return small ? core::JobWeight::Small : core::JobWeight::Large;
}

// ---- arrive -------------------------------------------------------------------------------

void Job::step_arrive(Instant now) {
  arrival_.on_time(now);
  auto outcome = arrival_.take_outcome();
  if (!outcome) return;
  wake_ = true;
  std::visit([&](auto& one) { act_on(std::move(one), now); }, *outcome);
}

void Job::act_on(AlreadyThere outcome, Instant) {
  const std::string etag =
      probe_.offer() ? core::tag_of(probe_.offer()->representation.validators) : "";
  probe_.drop();
  if (outcome.proof != Proof::None) drop_what_was_set_aside();
  if (settings_.dry_run) return tell_plan(outcome);
  leave_original(outcome.verified);
  end();
  log::info("nothing to do for " + destination_.path() + ": " + outcome.rests_on);
  context_.tell(Finished{.job = settings_.id,
                         .path = destination_.path(),
                         .size = outcome.size,
                         .received = 0,
                         .already_complete = true,
                         .not_modified = outcome.not_modified,
                         .proof = outcome.proof,
                         .rests_on = std::move(outcome.rests_on),
                         .digest = std::move(outcome.digest),
                         .etag = etag});
}

void Job::act_on(DescribesFiles, Instant) {
  probe_.drop();
  end();
  log::info(context_.url() + " is a Metalink");
  give_way_();
}

void Job::act_on(BeginDownload outcome, Instant now) {
  leave_download();
  DownloadPlan& plan = outcome.plan;
  const std::uint64_t kept = outcome.partial ? kept_bytes(*outcome.partial) : 0;
  auto sink = outcome.partial ? destination_.go_on(*std::move(outcome.partial), plan.mirror,
                                                   plan.version, !plan.unproven)
                              : destination_.create(plan.mirror, plan.version);
  if (!sink) return cannot_have(std::move(sink.error()));
  stage_ = Stage::Download;
  plan.path = destination_.path();
  follow_links(plan);
  if (settings_.dry_run) return tell_plan(plan, kept);
  mirrors_.forget_version();
  mirrors_.admit(plan.mirror);
  download_ =
      std::make_shared<Download>(context_, **sink, destination_.file(), probe_, std::move(plan));
  download_->begin(now);
}

// The target: another download may have begun or finished it meanwhile.
void Job::cannot_have(Error error) {
  const bool taken = error.code == ErrorCode::Busy || error.code == ErrorCode::Exists;
  taken ? arrival_.leave_name(std::move(error)) : stop(std::move(error));
}

// Before its sink goes.
void Job::leave_download() {
  if (download_) received_before_ += download_->received_bytes();
  download_.reset();
}

void Job::act_on(GoOnWithDownload outcome, Instant now) {
  stage_ = Stage::Download;
  if (outcome.sampled) {
    destination_.record_unproven(*outcome.sampled);
    download_->rests_on_samples(*outcome.sampled);
  }
  mirrors_.admit(outcome.mirror);
  download_->go_on(outcome.mirror, outcome.one_stream, now);
}

void Job::drop_what_was_set_aside() {
  if (auto dropped = destination_.drop_what_was_set_aside(); !dropped) {
    context_.note(to_string(dropped.error()));
  }
}

// ---- download -----------------------------------------------------------------------------

void Job::step_download(Instant now) {
  step_description(now);
  download_->on_time(now);
  if (download_->take_joined_by_samples()) destination_.record_unproven(download_->expected());
  auto outcome = download_->take_outcome();
  if (!outcome) return;
  wake_ = true;
  std::visit([&](auto& one) { act_on(std::move(one), now); }, *outcome);
}

void Job::act_on(Downloaded outcome, Instant now) {
  destination_.take_final_name();
  drop_what_was_set_aside();
  leave_original(destination_.finished_file());
  const std::uint64_t received = received_before_ + download_->received_bytes();
  const std::uint64_t wasted = received_before_ + download_->wasted_bytes();
  if (trace_) trace_->finished(received, wasted, now);
  end();
  log::info("finished " + destination_.path() + ": " + outcome.rests_on + "; received " +
            format_size(received) + ", " + format_size(wasted) + " of it in vain");
  context_.tell(Finished{.job = settings_.id,
                         .path = destination_.path(),
                         .size = outcome.size,
                         .received = received,
                         .wasted = wasted,
                         .already_complete = false,
                         .proof = outcome.proof,
                         .rests_on = std::move(outcome.rests_on),
                         .digest = std::move(outcome.digest),
                         .etag = core::tag_of(download_->version().validators)});
}

// Bytes that come again and again are no progress: retries would never be used up.
bool Job::fruitless(const Download& download) {
  const std::uint64_t held = download.held_bytes();
  fruitless_doubts_ = held > held_at_doubt_ ? 0 : fruitless_doubts_ + 1;
  held_at_doubt_ = held;
  return fruitless_doubts_ > kMostFruitlessDoubts;
}

void Job::act_on(BeginElsewhere, Instant) {
  leave_download();  // its bytes are set aside: nothing of them is kept in FILE.partial
  stage_ = Stage::Arrive;
  arrival_.begin_elsewhere();
}

void Job::act_on(const core::Reconsider& doubt, Instant now) {
  if (fruitless(*download_)) {
    return stop(error_of(doubt.failure, context_.url(), Served::Before));
  }
  stage_ = Stage::Arrive;
  arrival_.ask_again(download_->expected(), download_->mirror(), doubt, now);
}

// ---- stop ---------------------------------------------------------------------------------

void Job::act_on(Error error, Instant) { stop(std::move(error)); }

void Job::stop(Error error) {
  stopping_ = std::move(error);
  arrival_.end();
  description_.reset();
  duplicate_.reset();
  if (download_) download_->stop();
  stage_ = Stage::Stop;
  wake_ = true;
}

void Job::step_stop(Instant now) {
  if (download_ && !download_->step_stop(now)) return;
  if (download_ && download_->sink_error()) stopping_ = download_->sink_error();
  // A tiny file that is not what its digest names is kept to be looked at, and the error says so.
  const bool failed_check = stopping_->code == ErrorCode::Checksum;
  const bool whole = !stopping_->kept.empty() || stopping_->code == ErrorCode::Exists;
  const std::string usable = kept();
  if (!usable.empty() || !failed_check) stopping_->kept = usable;
  if (usable.empty() && !whole) add_loss(*stopping_, destination_.held_bytes());
  if (failed_check && stopping_->remedy.empty()) stopping_->remedy = checksum_remedy(written());
  download_.reset();  // before its sink
  if (!whole) destination_.discard_if_worthless();
  end();
  log::warning("failed: " + to_string(*stopping_));
  context_.tell(Failed{.job = settings_.id, .path = destination_.path(), .error = *stopping_});
}

std::string Job::kept() {
  const std::uint64_t bytes = download_ ? destination_.durable_bytes() : arrival_.claimed_bytes();
  if (bytes == 0) return "";
  std::string text = format_size(bytes);
  if (download_ && download_->version().size) {
    text += " of " + format_size(*download_->version().size);
  }
  text += " in " + destination_.target()->partial_path();
  const bool worthless_there = download_ && !download_->version().ranges;
  return worthless_there ? text + ", of which this server sends all again" : text;
}

Written Job::written() {
  if (destination_.target() == nullptr) return Written::Away;
  return destination_.tied_by_samples() ? Written::OnSamples : Written::AsProven;
}

Progress Job::progress(Instant now) {
  const std::uint64_t received = received_before_ + (download_ ? download_->received_bytes() : 0);
  speed_.add(received - measured_, now);
  measured_ = received;
  if (duplicate_) {
    return {.job = settings_.id,
            .held = duplicate_->copied(),
            .size = duplicating_->original.info.size};
  }
  return {.job = settings_.id,
          .held = download_ ? download_->held_bytes() : 0,
          .size = download_ ? download_->version().size : std::nullopt,
          .bytes_per_second = static_cast<std::uint64_t>(speed_.rate(now)),
          .connections = download_ ? download_->receiving() : 0,
          .stalled_seconds = download_ ? to_seconds(download_->silent_for(now)) : 0,
          .parts = download_ ? download_->held_parts() : std::vector<std::uint8_t>()};
}

// ---- callbacks of the Source --------------------------------------------------------------

bool Job::on_offer(core::FetchId id, const core::Offer& offer) {
  wake_ = true;
  multiplexed_ = offer.multiplexed;
  if (probe_.owns(id)) return probe_.on_offer(offer);
  if (arrival_.owns(id)) return arrival_.on_offer(id, offer);
  return download_->on_offer(id, offer);
}

core::Flow Job::on_bytes(core::FetchId id, std::span<const std::byte> bytes) {
  if (download_ && download_->owns(id)) return download_->on_bytes(id, bytes);
  wake_ = true;
  if (probe_.owns(id)) return probe_.on_bytes(bytes);
  return arrival_.on_bytes(id, bytes);
}

void Job::on_fetch_end(core::FetchId id, const core::FetchEnd& end) {
  wake_ = true;
  if (probe_.owns(id)) return probe_.on_fetch_end(end);
  if (arrival_.owns(id)) return arrival_.on_fetch_end(id, end);
  download_->on_fetch_end(id, end);
}

}  // namespace xget::engine
