#include "remote/source_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace xget::remote {

SourceReader::SourceReader(SourceReaderSettings settings, core::Clock& clock, core::Random& random,
                           core::Source& source, ByteRange range,
                           std::optional<core::Representation> version, TellRetry tell_retry)
    : settings_(settings),
      clock_(clock),
      random_(random),
      source_(source),
      range_(range),
      version_(std::move(version)),
      tell_retry_(std::move(tell_retry)),
      retry_(settings.retry, clock.now()) {}

SourceReader::~SourceReader() {
  if (fetch_ != 0 && !end_) source_.cancel(fetch_, core::CancelCause::NotWanted);
}

void SourceReader::want(std::size_t bytes) {
  wanted_ = bytes;
  buffer_.reserve(bytes);
  if (!paused_ || buffer_.size() >= wanted_) return;
  paused_ = false;
  goes_on_by_ = clock_.now() + settings_.stall_timeout;  // the wait was not the server's
  source_.resume(fetch_);
}

std::vector<std::byte> SourceReader::take(std::size_t bytes) {
  wanted_ = 0;
  if (bytes >= buffer_.size()) return std::exchange(buffer_, {});
  const auto end = buffer_.begin() + static_cast<std::ptrdiff_t>(bytes);
  std::vector<std::byte> rest(end, buffer_.end());
  buffer_.resize(bytes);
  return std::exchange(buffer_, std::move(rest));
}

// ---- one attempt after the other ------------------------------------------------------------

void SourceReader::on_time(Instant now) {
  wake_ = false;
  if (finished_ || failure_) return;
  if (fetch_ == 0) {
    if (now >= start_at_) start(now);
    return;
  }
  if (end_) return act_on_end(*std::exchange(end_, std::nullopt), now);
  if (paused_ || now < goes_on_by_) return;
  source_.cancel(std::exchange(fetch_, 0), core::CancelCause::Stalled);
  after_failure(core::unanswered(goes_on_by_ - started_, settings_.stall_timeout), now);
}

std::optional<Instant> SourceReader::next_deadline() const {
  if (wake_) return Instant::min();
  if (finished_ || failure_) return std::nullopt;
  if (fetch_ == 0) return start_at_;
  return paused_ ? std::nullopt : std::optional(goes_on_by_);
}

void SourceReader::start(Instant now) {
  started_ = now;
  came_with_ = received_;
  answered_ = false;
  goes_on_by_ = retry_.answer_by(now, settings_.connect_timeout + settings_.stall_timeout);
  fetch_ = source_.fetch({.range = {position(), range_.end}, .expected = version_}, *this);
}

// A server may give less than it was asked for.
void SourceReader::act_on_end(const core::FetchEnd& end, Instant now) {
  fetch_ = 0;
  paused_ = false;
  if (end.failure) return after_failure(*end.failure, now);
  const bool all = range_.end == kUnknownEnd || position() >= range_.end;
  if (all) {
    finished_ = true;
    end_proven_ = end.end_proven;
  } else if (received_ > came_with_ && version_) {
    start(now);
  } else {
    after_failure({.kind = core::FailureKind::CutShort, .cause = "it ends too early"}, now);
  }
}

void SourceReader::after_failure(const core::Failure& failure, Instant now) {
  if (received_ > 0 && !version_) {
    failure_ = failure;
    return;
  }
  const core::RetryPolicy::Attempt attempt{
      .started = started_, .answered = answered_, .asked_openly = !version_};
  const auto verdict = retry_.on_failure(failure, attempt, now, random_.next());
  switch (verdict.remedy) {
    case core::Remedy::TryAgain: break;
    case core::Remedy::StartOver: source_.start_over(); break;
    default: failure_ = failure; return;
  }
  start_at_ = now + verdict.wait;
  log::info(source_.name() + ": " + failure.cause + "; asked again");
  if (tell_retry_) tell_retry_(failure, verdict.wait);
}

// ---- callbacks of the Source ----------------------------------------------------------------

bool SourceReader::on_offer(core::FetchId, const core::Offer& offer) {
  wake_ = answered_ = true;
  const Instant now = clock_.now();
  retry_.on_answer(now - started_);
  goes_on_by_ = now + settings_.stall_timeout;
  if (offer.granted.begin == position()) {
    if (!offer_) offer_ = offer;
    granted_end_ = offer.granted.end;
    return true;
  }
  // Bytes from elsewhere, which are of no use here.
  end_ = core::FetchEnd{.failure = core::Failure{.kind = core::FailureKind::NoRanges,
                                                 .cause = "it does not serve ranges any more"}};
  return false;
}

core::Flow SourceReader::on_bytes(core::FetchId, std::span<const std::byte> bytes) {
  const Instant now = clock_.now();
  goes_on_by_ = now + settings_.stall_timeout;
  const std::uint64_t left = range_.end == kUnknownEnd ? bytes.size() : range_.end - position();
  bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left)));
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  received_ += bytes.size();
  retry_.on_progress(bytes.size(), now);
  if (buffer_.size() < wanted_) return core::Flow::Continue;
  wake_ = true;
  if (range_.end != kUnknownEnd && position() == range_.end) {
    // Its end is to be heard of, but where more than was asked for would come before it.
    if (granted_end_ == range_.end) return core::Flow::Continue;
    end_ = core::FetchEnd{};
    return core::Flow::Stop;
  }
  paused_ = true;
  return core::Flow::Pause;
}

void SourceReader::on_fetch_end(core::FetchId, const core::FetchEnd& end) {
  wake_ = true;
  end_ = end;
}

}  // namespace xget::remote
