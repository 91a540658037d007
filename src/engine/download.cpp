#include "engine/download.hpp"

#include <algorithm>

#include "base/defence.hpp"
#include "base/fill_levels.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "core/piece_length.hpp"
#include "engine/job_error.hpp"
#include "engine/proof.hpp"

namespace xget::engine {
namespace {

constexpr int kRangeFailuresBeforeOneStream = 2;
constexpr int kMostRoundsOfBadBytes = 3;  // a disk that fails more often is not to be trusted

}  // namespace

Download::Download(const JobContext& job, core::Sink& sink, core::File* file, Probe& probe,
                   DownloadPlan plan)
    : job_(job),
      sink_(sink),
      probe_(probe),
      plan_(std::move(plan)),
      pacer_(sink, job.settings.checkpoint_interval, job.ports.clock.now()),
      comparisons_(job, file) {}

Download::~Download() = default;

std::optional<DownloadOutcome> Download::take_outcome() {
  return std::exchange(outcome_, std::nullopt);
}

core::Representation Download::expected() const {
  core::Representation expected = plan_.version;
  if (!expected.validators.any()) expected.validators = shown_;
  return expected;
}

std::uint64_t Download::held_bytes() const {
  return transfer_ ? transfer_->arrived().size() : sink_.held().size();
}

std::vector<std::uint8_t> Download::held_parts() const {
  const std::uint64_t size = plan_.version.size.value_or(0);
  if (transfer_) return fill_levels(transfer_->arrived(), size, kProgressParts);
  return fill_levels(sink_.held(), size, kProgressParts);
}

std::uint64_t Download::received_bytes() const {
  return received_ + (transfer_ ? transfer_->received_bytes() : 0);
}

Duration Download::silent_for(Instant now) const {
  const bool held_back = !transfer_ || transfer_->held_back(now);
  return held_back ? Duration::zero() : std::max(Duration::zero(), now - transfer_->last_byte_at());
}

void Download::on_time(Instant now) { return finishing_ ? step_finish(now) : step_transfer(now); }

std::optional<Instant> Download::next_deadline() const {
  if (!transfer_) return std::nullopt;
  return earliest(earliest(transfer_->next_deadline(), pacer_.next_deadline()),
                  comparisons_.next_deadline());
}

// ---- schedule ⇄ transfer → write → checkpoint ---------------------------------------------

void Download::begin(Instant now) {
  sink_.on_room([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->sink_has_room_ = true;
      self->job_.wake();
    }
  });
  sink_.on_wrong_piece([weak = weak_from_this()](ByteRange piece) {
    if (const auto self = weak.lock()) {
      self->wrong_pieces_.push_back(piece);
      self->job_.wake();
    }
  });
  tell_uncovered();
  verify_claims();
  start_transfer(now);
}

void Download::tell_uncovered() const {
  const auto& pieces = job_.settings.pieces;
  if (!pieces || !plan_.version.size || pieces->cover(*plan_.version.size)) return;
  const std::uint64_t size = *plan_.version.size;
  job_.note("the pieces of " + job_.settings.pieces_by + " leave " +
            format_size(size - pieces->covered(size).length()) + " of " + format_size(size) +
            " unchecked: other files have a share in those that hold it");
}

void Download::go_on(core::MirrorId mirror, bool one_stream, Instant now) {
  if (mirror != plan_.mirror) change_mirror(mirror);
  plan_.one_stream = plan_.one_stream || one_stream;
  start_transfer(now);
}

void Download::rests_on_samples(const core::Representation& version) {
  plan_.version.validators = version.validators;
  plan_.unproven = true;
}

void Download::expect(const ExpectedDigest& digest, std::string said_by) {
  plan_.version.digest = digest;
  server_digest_by_ = std::move(said_by);
}

void Download::verify_claims() {
  sink_.verify_claims(
      [weak = weak_from_this()](ByteRange range) {
        if (const auto self = weak.lock()) {
          self->bad_claims_.push_back(range);
          self->job_.wake();
        }
      },
      [weak = weak_from_this()](const Result<void>& result) {
        if (const auto self = weak.lock()) {
          self->claims_checked_ = true;
          if (!result) self->sink_error_ = result.error();
          self->job_.wake();
        }
      });
}

TransferPlan Download::transfer_plan() const {
  const JobSettings& settings = job_.settings;
  TransferPlan plan;
  plan.representation = expected();
  plan.known = plan_.known;
  if (!alone_) plan.others = admitted_;
  plan.max_size = settings.max_filesize;
  plan.schedule.size = plan_.version.size.value_or(kUnknownEnd);
  plan.schedule.piece_length = core::piece_length(plan_.version.size.value_or(0));
  plan.schedule.ranges = !plan_.one_stream;
  // Without validators nothing would tell two versions apart: all comes in one response if it can.
  plan.schedule.split = plan_.version.validators.any() || settings.names_bytes(plan_.version.size);
  plan.schedule.held = sink_.held();
  plan.schedule.mirror = plan_.mirror;
  plan.schedule.most_connections = settings.most_connections;
  // What samples alone tie together is not proven.
  plan.schedule.more_mirrors = comparisons_.possible() && plan.schedule.split && !alone_ &&
                               (!settings.strict || settings.names_bytes(plan_.version.size));
  plan.schedule.stall_timeout = settings.stall_timeout;
  plan.schedule.connect_timeout = settings.connect_timeout;
  plan.schedule.crawl_rate = settings.crawl_rate;
  plan.schedule.window_end = sink_.window_end();
  plan.schedule.window_length = sink_.window_length();
  return plan;
}

void Download::start_transfer(Instant now) {
  const JobPorts& ports = job_.ports;
  transfer_ = std::make_unique<Transfer>(
      transfer_plan(),
      TransferPorts{job_.sources, job_.mirrors, sink_, ports.clock, ports.random, ports.limits,
                    ports.buffers, givers_, job_.trace},
      job_.listener);
  const std::uint64_t held = held_bytes();
  log::info("downloading " + job_.url() + " to " + plan_.path + ", " +
            (plan_.version.size ? format_size(*plan_.version.size) : "of unknown size") +
            (plan_.one_stream ? ", one stream" : "") + ", " + format_size(held) + " held" +
            (probe_.offer() ? ", from " + probe_.offer()->address : ""));
  job_.tell(Probed{.job = job_.settings.id,
                   .url = probe_.offer() ? probe_.offer()->final_url : job_.url(),
                   .path = plan_.path,
                   .size = plan_.version.size,
                   .held = held,
                   .ranges = !plan_.one_stream});
  adopt_response(now);
  if (transfer_->outcome()) job_.wake();  // it came to its end at once
}

// The probe's response goes on as the first range, where it brings bytes that are missing.
void Download::adopt_response(Instant now) {
  const auto useful = [&](const core::Offer& offer) {
    if (plan_.one_stream) return offer.whole;
    return !transfer_->arrived().contains({offer.granted.begin, offer.granted.begin + 1});
  };
  if (!probe_.offer() || !useful(*probe_.offer())) {
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

void Download::step_transfer(Instant now) {
  if (!transfer_) return;
  refetch_bad_claims(now);
  refetch_wrong_pieces(now);
  if (outcome_) return;
  if (std::exchange(sink_has_room_, false)) transfer_->sink_has_room(now);
  transfer_->on_time(now);
  if (const auto retry = transfer_->take_retry()) {
    job_.tell_retry(retry->mirror, retry->failure, retry->wait);
  }
  compare_mirrors(now);
  if (pacer_.due(now)) take_checkpoint(now);
  if (!transfer_->outcome()) return;
  const TransferOutcome outcome = *transfer_->outcome();
  if (const auto* written = std::get_if<WrittenOutcome>(&outcome)) {
    size_ = written->size;
    if (claims_checked_) start_finish();
  } else if (const auto* doubt = std::get_if<core::Reconsider>(&outcome)) {
    reconsider(*doubt);
  } else if (const auto* end = std::get_if<core::GiveUp>(&outcome)) {
    outcome_ = error_of(end->failure, job_.sources.name(end->mirror), Served::Before);
  } else {
    outcome_ = std::get<Error>(outcome);
  }
}

void Download::refetch_bad_claims(Instant now) {
  for (const ByteRange& range : std::exchange(bad_claims_, {})) {
    log::info("kept bytes " + std::to_string(range.begin) + "-" + std::to_string(range.end) +
              " of " + plan_.path + " were damaged");
    damaged_.add(range);
    transfer_->lose(range, now);
  }
  // Once, when all that was kept has been checked.
  if (!claims_checked_ || damaged_.empty()) return;
  job_.note(format_size(damaged_.size()) + " of what was kept was damaged, and is fetched again");
  damaged_.clear();
}

void Download::take_checkpoint(Instant now) {
  if (auto flushed = transfer_ ? transfer_->flush_full() : Result<void>{}; !flushed) {
    sink_error_ = flushed.error();
    job_.wake();
    return;
  }
  const Instant before = job_.ports.clock.now();
  pacer_.begin(now, [this, now](const Result<void>& result) {
    if (!result) sink_error_ = result.error();
    log_checkpoint(now);
    if (job_.trace != nullptr) {
      job_.trace->checkpoint_ended(sink_.durable_bytes(), job_.ports.clock.now());
    }
    job_.wake();
  });
  if (job_.trace != nullptr) {
    job_.trace->checkpoint_begun(job_.ports.clock.now() - before, before);
  }
}

void Download::log_checkpoint(Instant begun) const {
  if (!log::enabled(log::Level::Debug)) return;
  log::debug("checkpoint of " + plan_.path + ": " + format_size(sink_.durable_bytes()) +
             " durable, took " + format_duration(job_.ports.clock.now() - begun));
}

bool Download::end_transfer() {
  comparisons_.end();
  const std::unique_ptr<Transfer> transfer = std::move(transfer_);
  if (!transfer) return true;
  auto flushed = transfer->flush_all();
  received_ += transfer->received_bytes();
  responses_ += transfer->responses();
  end_proven_ = end_proven_ && transfer->end_proven();
  shown_ = transfer->validators();
  if (flushed) return true;
  outcome_ = std::move(flushed.error());
  return false;
}

void Download::reconsider(const core::Reconsider& doubt) {
  const core::Failure& failure = doubt.failure;
  log::info("asking again what the server has: " + failure.cause);
  const bool ranges_fail =
      failure.kind == core::FailureKind::NoRanges || failure.kind == core::FailureKind::BadRange;
  if (ranges_fail && ++failures_of_ranges_ >= kRangeFailuresBeforeOneStream)
    plan_.one_stream = true;
  if (!end_transfer()) return;
  if (!pacer_.running() && sink_.undurable_bytes() > 0) take_checkpoint(job_.ports.clock.now());
  outcome_ = doubt;
}

// ---- verify → finish ----------------------------------------------------------------------

void Download::start_finish() {
  if (!end_transfer()) return;
  if (auto refusal = refuse_end()) {
    outcome_ = *std::move(refusal);
    return;
  }
  finishing_ = true;
  sink_.finish(size_, [weak = weak_from_this()](Result<void> result) {
    if (const auto self = weak.lock()) {
      self->finished_ = std::move(result);
      self->job_.wake();
    }
  });
}

// All is written: is it as long as it should be, and does anything show where it ends?
std::optional<Error> Download::refuse_end() const {
  if (plan_.version.size && *plan_.version.size != size_ && defence_on(Defence::BodyLength)) {
    return Error{.code = ErrorCode::Network,
                 .operation = "download",
                 .subject = job_.url(),
                 .cause = "the server sent " + std::to_string(size_) + " bytes of " +
                          std::to_string(*plan_.version.size),
                 .remedy = "the same command asks again"};
  }
  if (job_.settings.size && *job_.settings.size != size_) {  // nobody had named it before
    return error_of({.kind = core::FailureKind::WrongSize,
                     .cause = core::wrong_size(size_, *job_.settings.size)},
                    job_.url(), Served::Before);
  }
  if (job_.settings.strict && !job_.settings.names_bytes(size_) && !plan_.version.digest &&
      !end_proven_) {
    return not_proven_error(job_.url(), "download",
                            "the server names no length: nothing shows where the file ends");
  }
  return std::nullopt;
}

void Download::step_finish(Instant now) {
  if (!finished_) return;
  const Result<void> finished = *std::exchange(finished_, std::nullopt);
  if (finished) {
    outcome_ = downloaded();
    return;
  }
  const bool went_bad = !std::exchange(bad_claims_, {}).empty();
  const std::vector<ByteRange> wrong = std::exchange(wrong_pieces_, {});
  const bool wrong_digest = finished.error().code == ErrorCode::Checksum;
  if (!went_bad && wrong.empty() && wrong_digest && after_wrong_digest(now)) return;
  if ((!went_bad && wrong.empty()) ||
      (went_bad && ++rounds_of_bad_bytes_ > kMostRoundsOfBadBytes)) {
    outcome_ = unfinished(finished.error());
    return;
  }
  for (const ByteRange& piece : wrong) {
    if (auto refusal = on_wrong_piece(piece)) {
      outcome_ = *std::move(refusal);
      return;
    }
  }
  if (went_bad) {
    job_.note("bytes read back differently than they were written; fetching them again");
  }
  finishing_ = false;
  start_transfer(now);
}

Error Download::unfinished(Error error) const {
  const bool by_server = !job_.settings.digest && plan_.version.digest;
  if (error.code == ErrorCode::Checksum && error.remedy.empty() && by_server) {
    error.remedy =
        "the server contradicts itself: --no-resume downloads the file again, and a --checksum "
        "goes before what it says";
    if (server_digest_by_ == kTheServersMetalink) {
      error.remedy += "; --no-metalink does without its Metalink";
    }
  }
  return error;
}

Downloaded Download::downloaded() const {
  ProofInWords proof = prove(job_.settings, {.size = size_,
                                             .end_proven = end_proven_,
                                             .by_samples = plan_.unproven,
                                             .mirrors = givers_.count(),
                                             .one_response = !plan_.resumed && responses_ == 1,
                                             .validators = plan_.version.validators,
                                             .server_digest = plan_.version.digest,
                                             .server_digest_by = server_digest_by_});
  return {size_, proof.proof, std::move(proof.rests_on), std::move(proof.digest)};
}

// ---- stop ---------------------------------------------------------------------------------

bool Download::cancel_finish() {
  if (finished_ || (finishing_ && !sink_.cancel_finish())) return false;
  finishing_ = false;
  return true;
}

void Download::stop() {
  end_transfer();
  outcome_.reset();
}

bool Download::step_stop(Instant now) {
  if (pacer_.running()) return false;
  // After a write that failed too: what was written before it is well.
  const bool worth_it = !last_checkpoint_taken_ && !sink_error_ && sink_.undurable_bytes() > 0;
  if (!worth_it) return true;
  last_checkpoint_taken_ = true;
  take_checkpoint(now);
  return false;
}

// ---- callbacks of the Source --------------------------------------------------------------

bool Download::on_offer(core::FetchId id, const core::Offer& offer) {
  return comparisons_.owns(id) ? comparisons_.on_offer(id, offer) : transfer_->on_offer(id, offer);
}

core::Flow Download::on_bytes(core::FetchId id, std::span<const std::byte> bytes) {
  return comparisons_.owns(id) ? comparisons_.on_bytes(id, bytes) : transfer_->on_bytes(id, bytes);
}

void Download::on_fetch_end(core::FetchId id, const core::FetchEnd& end) {
  if (comparisons_.owns(id)) return comparisons_.on_fetch_end(id, end);
  transfer_->on_fetch_end(id, end);
}

}  // namespace xget::engine
