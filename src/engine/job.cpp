#include "engine/job.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "base/units.hpp"
#include "core/piece_length.hpp"

namespace xget::engine {
namespace {

constexpr int kRangeFailuresBeforeOneStream = 2;
constexpr int kMostRoundsOfBadBytes = 3;  // a disk that fails more often is not to be trusted

}  // namespace

core::Sink& Job::Destination::sink() const { return partial ? *partial : *stream; }

Job::Job(JobSettings settings, JobPorts ports, std::unique_ptr<core::Source> source,
         std::unique_ptr<core::Sink> stream, Tell tell)
    : settings_(std::move(settings)),
      ports_(ports),
      source_(std::move(source)),
      stream_(std::move(stream)),
      tell_(std::move(tell)),
      retry_(settings_.retry, ports.clock.now()),
      connections_(settings_.connections),
      probe_(*source_, *this),
      speed_(ports.clock.now()) {}

Job::~Job() = default;

void Job::interrupt() {
  interrupted_ = true;
  wake_ = true;
}

void Job::on_time(Instant now) {
  source_->on_time(now);
  // A file being finished is whole and decides for itself; a reader of a stream may never read on.
  const bool finishing = stage_ == Stage::Finish && destination_.partial;
  if (interrupted_ && !stopping_ && !finishing) {
    stop({.code = ErrorCode::Interrupted,
          .operation = "download",
          .subject = source_->name(),
          .cause = "interrupted"});
  }
  if (sink_error_ && !stopping_) stop(*sink_error_);
  do {
    wake_ = false;
    step(now);
  } while (wake_ && stage_ != Stage::Ended);
}

void Job::step(Instant now) {
  switch (stage_) {
    case Stage::Accept: return accept();
    case Stage::HashExisting: return step_hash_existing(now);
    case Stage::Probe: return step_probe(now);
    case Stage::Sample: return step_sample(now);
    case Stage::Transfer: return step_transfer(now);
    case Stage::Finish: return step_finish(now);
    case Stage::Stop: return step_stop(now);
    case Stage::Ended: return;
  }
}

std::optional<Instant> Job::next_deadline() const {
  if (stage_ == Stage::Ended) return std::nullopt;
  if (wake_) return Instant::min();
  std::optional<Instant> next = source_->next_deadline();
  const auto consider = [&next](std::optional<Instant> at) {
    if (at) next = next ? std::min(*next, *at) : *at;
  };
  consider(retry_at_);
  const bool awaits_answer = stage_ == Stage::Probe || stage_ == Stage::Sample;
  if (awaits_answer && !retry_at_) consider(answer_by_);
  if (transfer_) consider(transfer_->next_deadline());
  if (stage_ == Stage::Transfer) consider(destination_.pacer->next_deadline());
  return next;
}

// ---- transfer -----------------------------------------------------------------------------

void Job::create_partial(Instant now) {
  if (stream_ || destination_.stream) {
    if (stream_) destination_.stream = std::move(stream_);
    destination_.pacer =
        std::make_unique<CheckpointPacer>(*destination_.stream, settings_.checkpoint_interval, now);
    return start_transfer(now);
  }
  use_destination(store::PartialSink::create(*target_, ports_.disk, ports_.hashing, to_record(),
                                             partial_settings()),
                  now);
}

void Job::resume_partial(Instant now) {
  if (!representation_) representation_ = probe_.offer()->representation;
  if (!representation_->size) representation_->size = partial_->sidecar->size;
  if (probe_.offer()) one_stream_ = probe_.offer()->whole;
  resumed_ = true;
  store::OpenPartial partial = *std::move(partial_);
  partial_.reset();
  const auto go_on = partial.sidecar ? &store::PartialSink::resume : &store::PartialSink::adopt;
  use_destination(go_on(*target_, ports_.disk, ports_.hashing, std::move(partial), *representation_,
                        partial_settings()),
                  now);
}

void Job::use_destination(Result<std::unique_ptr<store::PartialSink>> partial, Instant now) {
  if (!partial) return stop(std::move(partial.error()));
  destination_.partial = *std::move(partial);
  destination_.pacer =
      std::make_unique<CheckpointPacer>(*destination_.partial, settings_.checkpoint_interval, now);
  verify_claims();
  start_transfer(now);
}

void Job::verify_claims() {
  claims_checked_ = false;
  destination_.partial->verify_claims(
      [this](ByteRange range) {
        bad_claims_.push_back(range);
        wake_ = true;
      },
      [this](const Result<void>& result) {
        claims_checked_ = wake_ = true;
        if (!result) sink_error_ = result.error();
      });
}

void Job::start_transfer(Instant now) {
  core::Sink& sink = destination_.sink();
  // Nothing would tell two versions apart: all comes in one response if it can.
  if (!representation_->validators.any() && !settings_.digest) {
    connections_ = core::FixedConnections(1);
  }
  const std::uint64_t size = representation_->size.value_or(kUnknownEnd);
  TransferPlan plan;
  plan.representation = *representation_;
  plan.max_size = settings_.max_filesize;
  plan.schedule.size = size;
  plan.schedule.piece_length = core::piece_length(representation_->size.value_or(0));
  plan.schedule.ranges = !one_stream_;
  plan.schedule.held = held();
  plan.schedule.stall_timeout = settings_.stall_timeout;
  plan.schedule.connect_timeout = settings_.connect_timeout;
  plan.schedule.crawl_rate = settings_.crawl_rate;
  plan.schedule.window = sink.window_end();
  transfer_ = std::make_unique<Transfer>(std::move(plan),
                                         TransferPorts{*source_, sink, ports_.clock, ports_.random,
                                                       ports_.limit, retry_, connections_},
                                         *this);
  sink.on_window_growth([this] { window_grew_ = wake_ = true; });
  stage_ = Stage::Transfer;
  wake_ = true;
  log::info("downloading " + source_->name() + " to " + settings_.path + ", " +
            (representation_->size ? format_size(*representation_->size) : "of unknown size") +
            (one_stream_ ? ", one stream" : "") + ", " + format_size(held().size()) + " held");
  tell_(Probed{.job = settings_.id,
               .url = probe_.offer() ? probe_.offer()->final_url : source_->name(),
               .path = settings_.path,
               .size = representation_->size,
               .held = held().size(),
               .ranges = !one_stream_});
  adopt_probe(now);
}

// The probe's response goes on as the first range, where it brings bytes that are missing.
void Job::adopt_probe(Instant now) {
  const bool useful =
      probe_.offer() &&
      (one_stream_
           ? probe_.offer()->whole
           : !held().contains({probe_.offer()->granted.begin, probe_.offer()->granted.begin + 1}));
  if (!useful) {
    probe_.drop();
    transfer_->begin(now);
    return;
  }
  const Probe::Response response = probe_.release();
  transfer_->adopt(response.fetch, response.offer, response.first_bytes, now);
  if (response.end && transfer_->owns(response.fetch)) {
    transfer_->on_fetch_end(response.fetch, *response.end);
  }
}

void Job::step_transfer(Instant now) {
  for (const ByteRange& range : std::exchange(bad_claims_, {})) {
    note("kept bytes " + std::to_string(range.begin) + "-" + std::to_string(range.end) +
         " were damaged; fetching them again");
    transfer_->lose(range, now);
  }
  if (std::exchange(window_grew_, false)) transfer_->window_grew(now);
  transfer_->on_time(now);
  if (const auto retry = transfer_->take_retry()) tell_retry(retry->failure, retry->wait);
  if (destination_.pacer->due(now)) take_checkpoint(now);
  if (!transfer_->outcome()) return;
  const TransferOutcome outcome = *transfer_->outcome();
  if (const auto* written = std::get_if<WrittenOutcome>(&outcome)) {
    size_ = written->size;
    if (auto refusal = refuse_end()) return stop(*std::move(refusal));
    if (claims_checked_) start_finish();
  } else if (const auto* doubt = std::get_if<core::Reconsider>(&outcome)) {
    reconsider(*doubt, now);
  } else if (const auto* end = std::get_if<core::GiveUp>(&outcome)) {
    stop(error_of(end->failure));
  } else {
    stop(std::get<Error>(outcome));
  }
}

void Job::take_checkpoint(Instant now) {
  if (auto flushed = transfer_ ? transfer_->flush_all() : Result<void>{}; !flushed) {
    sink_error_ = flushed.error();
    wake_ = true;
    return;
  }
  destination_.pacer->begin(now, [this](const Result<void>& result) {
    wake_ = true;
    if (!result) sink_error_ = result.error();
  });
}

void Job::end_transfer() {
  const std::unique_ptr<Transfer> transfer = std::move(transfer_);
  if (!transfer) return;
  auto flushed = transfer->flush_all();
  received_ += transfer->received_bytes();
  responses_ += transfer->responses();
  end_proven_ = end_proven_ && transfer->end_proven();
  if (destination_.stream) stream_written_ = transfer->arrived();
  if (!flushed && !stopping_) stop(std::move(flushed.error()));
}

void Job::reconsider(const core::Reconsider& doubt, Instant now) {
  const core::Failure& failure = doubt.failure;
  log::info("asking again what the server has: " + failure.cause);
  end_transfer();
  if (stopping_) return;
  const bool ranges_fail =
      failure.kind == core::FailureKind::NoRanges || failure.kind == core::FailureKind::BadRange;
  if (ranges_fail && ++failures_of_ranges_ >= kRangeFailuresBeforeOneStream) one_stream_ = true;
  probe_later({{0, kUnknownEnd}, std::nullopt}, now + doubt.wait);
}

// ---- finish, or stop ----------------------------------------------------------------------

void Job::start_finish() {
  end_transfer();
  if (stopping_) return;
  stage_ = Stage::Finish;
  destination_.sink().finish(size_, [this](Result<void> result) {
    wake_ = true;
    finished_ = std::move(result);
  });
}

void Job::step_finish(Instant now) {
  if (!finished_) return;
  const Result<void> finished = *std::exchange(finished_, std::nullopt);
  const bool went_bad = !std::exchange(bad_claims_, {}).empty();
  if (!finished && went_bad && ++rounds_of_bad_bytes_ <= kMostRoundsOfBadBytes) {
    note("bytes read back differently than they were written; fetching them again");
    return start_transfer(now);
  }
  if (!finished) return stop(finished.error());
  if (set_aside_) {
    if (auto removed = target_->remove_old(); !removed) note(to_string(removed.error()));
  }
  auto [how, words] = proof();
  complete(how, std::move(words), size_, false);
}

void Job::complete(Proof how, std::string rests_on, std::uint64_t size, bool already) {
  stage_ = Stage::Ended;
  probe_.drop();
  log::info("finished " + settings_.path + ": " + rests_on);
  tell_(Finished{.job = settings_.id,
                 .path = settings_.path,
                 .size = size,
                 .received = received_,
                 .already_complete = already,
                 .proof = how,
                 .rests_on = std::move(rests_on)});
}

void Job::stop(Error error) {
  stopping_ = std::move(error);
  retry_at_.reset();
  probe_.drop();
  samples_.reset();
  end_transfer();
  stage_ = Stage::Stop;
  wake_ = true;
}

void Job::step_stop(Instant now) {
  Destination& to = destination_;
  if (to.pacer && to.pacer->running()) return;
  // After a write that failed too: what was written before it is well.
  const bool worth_it =
      to.pacer && !last_checkpoint_taken_ && !sink_error_ && to.sink().undurable_bytes() > 0;
  if (worth_it) {
    last_checkpoint_taken_ = true;
    return take_checkpoint(now);
  }
  if (sink_error_) stopping_ = sink_error_;
  stopping_->kept = kept();
  discard_if_worthless();
  stage_ = Stage::Ended;
  log::warning("failed: " + to_string(*stopping_));
  tell_(Failed{.job = settings_.id, .path = settings_.path, .error = *stopping_});
}

// A partial of which nothing can be used again is litter.
void Job::discard_if_worthless() {
  if (!destination_.partial || destination_.partial->durable_bytes() > 0) return;
  if (stopping_->code == ErrorCode::Checksum) return;
  destination_ = {};
  if (auto done = target_->discard_partial(); !done) log::warning(to_string(done.error()));
}

// ---- callbacks of the Source --------------------------------------------------------------

bool Job::on_offer(core::FetchId id, const core::Offer& offer) {
  wake_ = true;
  if (probe_.owns(id)) return probe_.on_offer(offer);
  if (samples_ && samples_->owns(id)) return samples_->on_offer(id, offer);
  return transfer_->on_offer(id, offer);
}

core::Flow Job::on_bytes(core::FetchId id, std::span<const std::byte> bytes) {
  if (transfer_ && transfer_->owns(id)) return transfer_->on_bytes(id, bytes);
  wake_ = true;
  if (probe_.owns(id)) return probe_.on_bytes(bytes);
  expect_answer();
  return samples_->on_bytes(id, bytes);
}

void Job::on_fetch_end(core::FetchId id, const core::FetchEnd& end) {
  wake_ = true;
  if (probe_.owns(id)) return probe_.on_fetch_end(end);
  if (samples_ && samples_->owns(id)) return samples_->on_fetch_end(id, end);
  transfer_->on_fetch_end(id, end);
}

}  // namespace xget::engine
