#include "engine/document.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/units.hpp"
#include "engine/job_error.hpp"

namespace xget::engine {
namespace {

constexpr std::size_t kProgressBytes = 1024;

core::Failure sends_nothing_more() {
  return {.kind = core::FailureKind::Stall, .cause = "it sends nothing more"};
}

}  // namespace

Document::Document(DocumentSettings settings, DocumentPorts ports,
                   std::unique_ptr<core::Source> source, TellRetry tell_retry)
    : settings_(std::move(settings)),
      ports_(ports),
      source_(std::move(source)),
      tell_retry_(std::move(tell_retry)),
      retry_(settings_.retry, ports.clock.now()) {}

Document::~Document() { drop(core::CancelCause::NotWanted); }

void Document::interrupt() {
  drop(core::CancelCause::NotWanted);
  settle(fail(interruption()));
}

Error Document::interruption() const {
  return {.code = ErrorCode::Interrupted,
          .operation = "fetch the " + settings_.kind,
          .subject = source_->name(),
          .cause = "interrupted"};
}

std::optional<Result<std::string>> Document::take_result() {
  return std::exchange(result_, std::nullopt);
}

void Document::settle(Result<std::string> result) {
  if (settled_) return;
  settled_ = true;
  result_ = std::move(result);
}

// ---- one attempt after the other ------------------------------------------------------------

void Document::on_time(Instant now) {
  source_->on_time(now);
  wake_ = false;
  if (settled_) return;
  if (fetch_ == 0) {
    if (now >= start_at_) start(now);
    return;
  }
  if (too_large_) return give_up(too_large());
  if (end_) return act_on_end(*std::exchange(end_, std::nullopt), now);
  look_for_progress(now);
  if (paused_) return read_on_when_allowed(now);
  if (now >= goes_on_by_) {
    after_failure(answered_ ? sends_nothing_more()
                            : core::unanswered(goes_on_by_ - started_, settings_.stall_timeout),
                  now);
  }
}

std::optional<Instant> Document::next_deadline() const {
  if (result_) return Instant::min();
  if (settled_) return std::nullopt;
  if (wake_) return Instant::min();
  const std::optional<Instant> sources = source_->next_deadline();
  if (fetch_ == 0) return earliest(sources, start_at_);
  return earliest(sources, paused_ ? limit_opens_at(ports_.clock.now()) : goes_on_by_);
}

// A server that drips a byte now and then makes none.
void Document::look_for_progress(Instant now) {
  const std::size_t more = text_.size() - at_last_look_;
  if (more < kProgressBytes) return;
  at_last_look_ = text_.size();
  goes_on_by_ = now + settings_.stall_timeout;
  retry_.on_progress(more, now);
}

void Document::start(Instant now) {
  if (waits_after_ && retry_.past_deadline(now)) return give_up(*waits_after_);
  waits_after_.reset();
  started_ = now;
  goes_on_by_ = retry_.answer_by(now, settings_.connect_timeout + settings_.stall_timeout);
  fetch_ =
      source_->fetch({.range = {0, kUnknownEnd}, .expected = std::nullopt, .plain = true}, *this);
}

// What came of the attempt is worth nothing without the rest.
void Document::drop(core::CancelCause cause) {
  if (fetch_ != 0 && !end_) source_->cancel(fetch_, cause);
  fetch_ = 0;
  end_.reset();
  answered_ = too_large_ = paused_ = false;
  at_last_look_ = 0;
  text_.clear();
  host_limit_.reset();
}

void Document::act_on_end(const core::FetchEnd& end, Instant now) {
  fetch_ = 0;
  if (end.failure) return after_failure(*end.failure, now);
  log::debug(source_->name() + ": " + format_size(text_.size()));
  settle(std::move(text_));
}

void Document::after_failure(const core::Failure& failure, Instant now) {
  const core::RetryPolicy::Attempt attempt{
      .started = started_, .answered = answered_, .asked_openly = true};
  drop(core::CancelCause::Stalled);
  const auto verdict = retry_.on_failure(failure, attempt, now, ports_.random.next());
  switch (verdict.remedy) {
    case core::Remedy::TryAgain: break;
    case core::Remedy::StartOver: source_->start_over(); break;
    // Nobody knows a fresh URL, and there is neither a version nor a second connection.
    default: return give_up(failure);
  }
  start_at_ = now + verdict.wait;
  waits_after_ = failure;
  log::info(source_->name() + ": " + failure.cause + "; again in " + format_duration(verdict.wait));
  if (tell_retry_) tell_retry_(failure, verdict.wait);
}

void Document::give_up(const core::Failure& failure) {
  Error error = error_of(failure, source_->name(), Served::Never);
  error.operation = "fetch the " + settings_.kind;
  if (failure.kind == core::FailureKind::TooLarge) error.remedy = "check the URL";
  drop(core::CancelCause::NotWanted);
  settle(fail(std::move(error)));
}

core::Failure Document::too_large() const {
  return {.kind = core::FailureKind::TooLarge,
          .cause = "it is larger than " + format_size(settings_.most_bytes) +
                   ", the most that is taken for a " + settings_.kind};
}

// ---- rate limits ----------------------------------------------------------------------------

void Document::read_on_when_allowed(Instant now) {
  if (!limit_open(now)) return;
  paused_ = false;
  goes_on_by_ = now + settings_.stall_timeout;  // the wait was not the server's
  source_->resume(fetch_);
}

bool Document::limit_open(Instant now) const { return ports_.limits.open(host_limit_.get(), now); }

Instant Document::limit_opens_at(Instant now) const {
  return ports_.limits.opens_at(host_limit_.get(), now).value_or(now);
}

// ---- callbacks of the Source ----------------------------------------------------------------

bool Document::on_offer(core::FetchId, const core::Offer& offer) {
  wake_ = answered_ = true;
  final_url_ = offer.final_url;
  retry_.on_answer(ports_.clock.now() - started_);
  goes_on_by_ = ports_.clock.now() + settings_.stall_timeout;
  host_limit_ = ports_.limits.of_host(offer.host);
  const auto& size = offer.representation.size;
  too_large_ = size && *size > settings_.most_bytes;
  // Even a refused one is cancelled by drop(), which knows what it is about.
  return true;
}

core::Flow Document::on_bytes(core::FetchId, std::span<const std::byte> bytes) {
  wake_ = true;
  too_large_ = too_large_ || bytes.size() > settings_.most_bytes - text_.size();
  if (too_large_) return core::Flow::Pause;
  text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const Instant now = ports_.clock.now();
  ports_.limits.take(bytes.size(), host_limit_.get(), now);
  paused_ = !limit_open(now);
  return paused_ ? core::Flow::Pause : core::Flow::Continue;
}

void Document::on_fetch_end(core::FetchId, const core::FetchEnd& end) {
  wake_ = true;
  end_ = end;
}

}  // namespace xget::engine
