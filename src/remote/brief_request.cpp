#include "remote/brief_request.hpp"

#include <utility>

#include "core/http_date.hpp"
#include "core/transfer_failure.hpp"

namespace xget::remote {
namespace {

core::Failure failure_of(core::FailureKind kind, long number, std::string cause) {
  return {.kind = kind,
          .number = number,
          .cause = std::move(cause),
          .retry_after = std::nullopt,
          .offered = std::nullopt};
}

// What is not nullopt may go better later.
std::optional<core::FailureKind> passing_failure(int status) {
  if (status == 429 || status == 503) return core::FailureKind::Busy;
  if (status >= 500) return core::FailureKind::ServerError;
  return std::nullopt;
}

}  // namespace

BriefRequest::BriefRequest(core::HttpRequest request, const BriefLimits& limits, BriefPorts ports)
    : request_(std::move(request)),
      patience_(limits.patience),
      ports_(ports),
      retry_(limits.retry, ports.clock.now()),
      start_at_(Instant::min()) {}

BriefRequest::~BriefRequest() {
  if (id_ != 0 && !end_) ports_.transport.cancel(id_);
}

std::optional<BriefRequest::Outcome> BriefRequest::take_outcome() {
  return std::exchange(outcome_, std::nullopt);
}

std::optional<Instant> BriefRequest::next_deadline() const {
  if (outcome_ || end_) return Instant::min();
  if (id_ != 0) return started_ + patience_;
  return start_at_;
}

void BriefRequest::on_time(Instant now) {
  if (end_) return judge(*std::exchange(end_, std::nullopt), now);
  if (id_ == 0) {
    if (start_at_ && now >= *start_at_) start(now);
    return;
  }
  if (now < started_ + patience_) return;
  ports_.transport.cancel(std::exchange(id_, 0));
  after_failure(core::unanswered(now - started_, patience_), now);
}

void BriefRequest::start(Instant now) {
  start_at_.reset();
  started_ = now;
  head_.reset();
  body_.clear();
  id_ = ports_.transport.start(request_, *this);
}

void BriefRequest::judge(const core::TransferEnd& end, Instant now) {
  id_ = 0;
  if (head_ && end.status == core::TransferStatus::Ok) return judge_status(now);
  if (head_ && end.status == core::TransferStatus::Cancelled) {
    outcome_ = tl::unexpected(BriefFailure{0, "the answer is larger than any should be"});
    return;
  }
  std::string cause = end.cause.empty() ? "the connection ended before the answer" : end.cause;
  after_failure(failure_of(core::kind_of(end.status), end.number, std::move(cause)), now);
}

void BriefRequest::judge_status(Instant now) {
  const auto kind = passing_failure(head_->status);
  if (!kind) {
    outcome_ = BriefAnswer{head_->status, std::move(body_)};
    return;
  }
  core::Failure failure =
      failure_of(*kind, head_->status, "HTTP status " + std::to_string(head_->status));
  if (const auto wait = head_->find("Retry-After")) {
    failure.retry_after = core::parse_retry_after(*wait, ports_.clock.wall_now());
  }
  after_failure(failure, now);
}

void BriefRequest::after_failure(const core::Failure& failure, Instant now) {
  const auto verdict = retry_.on_failure(failure, {.started = started_}, now, ports_.random.next());
  if (verdict.remedy == core::Remedy::GiveUp) {
    outcome_ = tl::unexpected(BriefFailure{failure.number, failure.cause});
    return;
  }
  start_at_ = now + verdict.wait;
}

core::HeadVerdict BriefRequest::on_head(core::RequestId, const core::ResponseHead& head,
                                        const core::ConnectionFacts&) {
  head_ = head;
  return core::HeadVerdict::Accept;
}

core::Flow BriefRequest::on_body(core::RequestId, std::span<const std::byte> bytes) {
  if (bytes.size() > kLargestBriefAnswer - body_.size()) return core::Flow::Stop;
  body_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return core::Flow::Continue;
}

void BriefRequest::on_transfer_end(core::RequestId, const core::TransferEnd& end) { end_ = end; }

}  // namespace xget::remote
