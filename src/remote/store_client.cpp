#include "remote/store_client.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "core/http_date.hpp"
#include "core/transfer_failure.hpp"
#include "engine/http_question.hpp"
#include "net/url.hpp"
#include "remote/customer_key.hpp"

namespace xget::remote {
namespace {

core::FailureKind kind_of(StoreTrouble trouble) {
  switch (trouble) {
    case StoreTrouble::SlowDown: return core::FailureKind::Busy;
    case StoreTrouble::TryAgain:
    case StoreTrouble::Conflict:
    case StoreTrouble::WrongBytes: return core::FailureKind::ServerError;
    default: return core::FailureKind::Unusable;  // the same question will never do
  }
}

// Where nothing of the question can have been carried out.
bool was_never_sent(core::TransferStatus status) {
  switch (status) {
    case core::TransferStatus::ConnectFailed:
    case core::TransferStatus::TlsFailed:
    case core::TransferStatus::CertificateBad:
    case core::TransferStatus::WrongKey:
    case core::TransferStatus::ProxyFailed:
    case core::TransferStatus::ProxyDenied:
    case core::TransferStatus::Unusable: return true;
    default: return false;
  }
}

core::Failure failure_of(core::FailureKind kind, long number, std::string cause) {
  return {.kind = kind,
          .number = number,
          .cause = std::move(cause),
          .retry_after = std::nullopt,
          .offered = std::nullopt};
}

Error network_error(const StoreQuestion& question, long number, std::string cause) {
  return {.code = ErrorCode::Network,
          .operation = question.operation,
          .subject = question.subject,
          .number = number,
          .cause = std::move(cause)};
}

}  // namespace

// Tells when the transport has taken some of it, and keeps to the rate limit.
class StoreClient::WatchedBody final : public core::RequestBody {
 public:
  WatchedBody(std::shared_ptr<core::RequestBody> body, core::Clock& clock, core::RateLimits* limits,
              std::shared_ptr<Instant> heard_at)
      : body_(std::move(body)), clock_(clock), limits_(limits), heard_at_(std::move(heard_at)) {}

  [[nodiscard]] std::uint64_t size() const override { return body_->size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    const Instant now = clock_.now();
    *heard_at_ = now;
    held_ = limits_ != nullptr && !limits_->open(nullptr, now);
    if (held_) return 0U;
    auto read = body_->read_at(offset, into);
    if (limits_ != nullptr && read) limits_->take(*read, nullptr, now);
    return read;
  }
  // The limit keeps it from being sent.
  [[nodiscard]] bool held() const { return held_; }

 private:
  std::shared_ptr<core::RequestBody> body_;
  core::Clock& clock_;
  core::RateLimits* limits_;
  std::shared_ptr<Instant> heard_at_;
  bool held_ = false;
};

StoreClient::StoreClient(StoreClientSettings settings, StoreClientPorts ports)
    : settings_(std::move(settings)), ports_(ports), alive_(std::make_shared<bool>(true)) {}

StoreClient::~StoreClient() {
  for (const auto& [request, id] : ids_) ports_.transport.cancel(request);
}

StoreClient::QuestionId StoreClient::ask(std::shared_ptr<BucketAccess> bucket,
                                         StoreQuestion question, Done done) {
  const Instant now = ports_.clock.now();
  const QuestionId id = ++last_id_;
  asked_.emplace(id, Asked{.bucket = std::move(bucket),
                           .question = std::move(question),
                           .done = std::move(done),
                           .retry = core::RetryPolicy(settings_.retry, now),
                           .next_at = now,
                           .heard_at = std::make_shared<Instant>(now)});
  return id;
}

void StoreClient::cancel(QuestionId id) {
  const auto asked = asked_.extract(id);
  if (asked.empty() || asked.mapped().request == 0) return;
  ids_.erase(asked.mapped().request);
  ports_.transport.cancel(asked.mapped().request);
}

void StoreClient::resume(QuestionId id) {
  const auto asked = asked_.find(id);
  if (asked != asked_.end() && asked->second.request != 0) {
    ports_.transport.resume(asked->second.request);
  }
}

// ---- time -----------------------------------------------------------------------------------

Instant StoreClient::answer_by(const Asked& asked) const {
  return *asked.heard_at +
         std::max(asked.question.patience, asked.retry.patience(settings_.stall_timeout));
}

std::optional<Instant> StoreClient::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& [id, asked] : asked_) {
    if (asked.request != 0) {
      next = earliest(next, answer_by(asked));
      if (asked.sending && asked.sending->held()) {
        next = earliest(next, ports_.limits->opens_at(nullptr, ports_.clock.now()));
      }
    } else {
      next = earliest(next, asked.next_at);
    }
  }
  return next;
}

// What the limit holds back is not silent.
void StoreClient::let_bodies_go_on(Instant now) {
  for (auto& [id, asked] : asked_) {
    if (asked.request == 0 || !asked.sending || !asked.sending->held()) continue;
    *asked.heard_at = now;
    if (ports_.limits->open(nullptr, now)) ports_.transport.resume(asked.request);
  }
}

void StoreClient::on_time(Instant now) {
  let_bodies_go_on(now);
  std::vector<QuestionId> due;
  for (const auto& [id, asked] : asked_) {
    const auto at = asked.request != 0 ? std::optional(answer_by(asked)) : asked.next_at;
    if (at && now >= *at) due.push_back(id);
  }
  for (const QuestionId id : due) {
    const auto found = asked_.find(id);
    if (found == asked_.end()) continue;  // cancelled by what was told of another
    Asked& asked = found->second;
    if (asked.request == 0) {
      send(id, asked, now);
      continue;
    }
    const core::Failure silent = core::unanswered(now - *asked.heard_at, settings_.stall_timeout);
    ids_.erase(asked.request);
    ports_.transport.cancel(std::exchange(asked.request, 0));
    failed(id, asked, silent,
           {network_error(asked.question, 0, silent.cause), StoreTrouble::TryAgain, true});
  }
}

// ---- there ----------------------------------------------------------------------------------

void StoreClient::send(QuestionId id, Asked& asked, Instant now) {
  asked.next_at.reset();
  if (asked.failed) return give_up(id, *std::move(asked.failed));
  const auto place = asked.bucket->place(asked.question.asked.key);
  if (!place) return give_up(id, {place.error()});
  if (!asked.bucket->have_credentials(once_credentials_come(id))) return;
  send_signed(id, asked, *place, now);
}

void StoreClient::send_signed(QuestionId id, Asked& asked, const Place& place, Instant now) {
  core::HttpRequest request = asked.bucket->request_for(asked.question.asked, place);
  const auto url = net::parse_url(request.url);
  if (!url) return give_up(id, {url.error()});
  engine::take_way(request, *url, settings_.way);
  if (shows_key_to_proxy(request)) {
    return give_up(id, {{.code = ErrorCode::Usage,
                         .operation = asked.question.operation,
                         .subject = asked.question.subject,
                         .cause = kShownToProxy}});
  }
  asked.started = *asked.heard_at = now;
  asked.head.reset();
  asked.body.clear();
  asked.sending.reset();
  if (asked.question.body) {
    asked.sending = std::make_shared<WatchedBody>(asked.question.body, ports_.clock, ports_.limits,
                                                  asked.heard_at);
    request.body = asked.sending;
  }
  asked.request = ports_.transport.start(request, *this);
  ids_.emplace(asked.request, id);
}

std::function<void(Result<void>)> StoreClient::once_credentials_come(QuestionId id) {
  return [this, id, alive = std::weak_ptr<bool>(alive_)](const Result<void>& fetched) {
    if (alive.expired()) return;
    const auto found = asked_.find(id);
    if (found == asked_.end()) return;
    found->second.next_at = ports_.clock.now();
    if (!fetched) found->second.failed = StoreFailure{fetched.error()};
  };
}

// ---- and back -------------------------------------------------------------------------------

core::HeadVerdict StoreClient::on_head(core::RequestId id, const core::ResponseHead& head,
                                       const core::ConnectionFacts&) {
  const auto known = ids_.find(id);
  if (known == ids_.end()) return core::HeadVerdict::Refuse;
  Asked& asked = asked_.at(known->second);
  *asked.heard_at = ports_.clock.now();
  asked.head = head;
  return core::HeadVerdict::Accept;
}

core::Flow StoreClient::on_body(core::RequestId id, std::span<const std::byte> bytes) {
  const auto known = ids_.find(id);
  if (known == ids_.end()) return core::Flow::Stop;
  Asked& asked = asked_.at(known->second);
  *asked.heard_at = ports_.clock.now();
  if (asked.body.size() + bytes.size() > asked.question.largest_answer) return core::Flow::Stop;
  asked.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return core::Flow::Continue;
}

void StoreClient::on_transfer_end(core::RequestId request, const core::TransferEnd& end) {
  const auto known = ids_.extract(request);
  if (known.empty()) return;
  const QuestionId id = known.mapped();
  Asked& asked = asked_.at(id);
  asked.request = 0;
  if (asked.head && end.status == core::TransferStatus::Ok) return answered(id, asked);
  const bool too_long = asked.head && end.status == core::TransferStatus::Cancelled;
  std::string cause = too_long ? "the answer is larger than any should be" : end.cause;
  if (cause.empty()) cause = "the connection ended before the answer";
  const auto kind = too_long ? core::FailureKind::Unusable : core::kind_of(end.status);
  StoreFailure told{network_error(asked.question, end.number, cause), StoreTrouble::TryAgain,
                    !was_never_sent(end.status)};
  failed(id, asked, failure_of(kind, end.number, cause), std::move(told));
}

void StoreClient::answered(QuestionId id, Asked& asked) {
  if (asked.head->status < 200 || asked.head->status >= 300) return refused(id, asked);
  if (asked.question.may_fail_late && !parse_store_error(asked.body).code.empty()) {
    return refused(id, asked);
  }
  StoreAnswer answer{*std::move(asked.head), std::move(asked.body)};
  const auto ended = asked_.extract(id);
  ended.mapped().done(std::move(answer));
}

void StoreClient::refused(QuestionId id, Asked& asked) {
  const core::ResponseHead& head = *asked.head;
  const StoreError said = parse_store_error(asked.body);
  const StoreTrouble trouble = trouble_of(said, head.status);
  const Instant now = ports_.clock.now();
  if (!std::exchange(asked.taught, true)) {
    if (trouble == StoreTrouble::NewCredentials) {
      return asked.bucket->renew_credentials(once_credentials_come(id));
    }
    if (asked.bucket->learn(head, said)) {
      asked.next_at = now;
      return;
    }
  }
  StoreFailure told{describe(said, head.status, asked.question.operation, asked.question.subject),
                    trouble, may_pass(trouble)};
  core::Failure failure = failure_of(kind_of(trouble), head.status, told.error.cause);
  if (const auto wait = head.find("Retry-After")) {
    failure.retry_after = core::parse_retry_after(*wait, ports_.clock.wall_now());
  }
  failed(id, asked, failure, std::move(told));
}

void StoreClient::failed(QuestionId id, Asked& asked, const core::Failure& failure,
                         StoreFailure told) {
  told.may_be_done = told.may_be_done && !asked.question.repeatable;
  if (told.may_be_done) return give_up(id, std::move(told));
  const Instant now = ports_.clock.now();
  const auto verdict =
      asked.retry.on_failure(failure, {.started = asked.started}, now, ports_.random.next());
  if (verdict.remedy == core::Remedy::GiveUp) return give_up(id, std::move(told));
  log::info(to_string(told.error) + "; asked again");
  asked.next_at = now + verdict.wait;
  const auto on_retry = asked.question.on_retry;  // it may cancel
  if (on_retry) on_retry(failure, verdict.wait);
}

void StoreClient::give_up(QuestionId id, StoreFailure failure) {
  const auto ended = asked_.extract(id);
  ended.mapped().done(tl::unexpected(std::move(failure)));
}

}  // namespace xget::remote
