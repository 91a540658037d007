#include "remote/object_source.hpp"

#include <utility>

#include "base/units.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/object_head.hpp"
#include "remote/refusal_meaning.hpp"

namespace xget::remote {
namespace {

std::optional<std::uint64_t> size_of(const core::ResponseHead& head) {
  const auto length = head.find("Content-Length");
  return length ? parse_u64(*length) : std::nullopt;
}

std::string plain_md5(const core::ResponseHead& head, const std::string& etag) {
  const auto said = may_have_md5_etag(head) ? parse_md5_etag(etag) : std::nullopt;
  return said && said->parts == 0 ? said->md5 : "";
}

}  // namespace

ObjectSource::ObjectSource(ObjectSourceSettings settings, std::shared_ptr<BucketAccess> bucket,
                           ObjectSourcePorts ports)
    : settings_(std::move(settings)), bucket_(std::move(bucket)), ports_(ports) {}

ObjectSource::~ObjectSource() { stop(); }

void ObjectSource::stop() {
  if (question_ != 0) ports_.client.cancel(std::exchange(question_, 0));
}

void ObjectSource::look(std::function<void(StoreOutcome)> done) {
  StoreQuestion question;
  question.operation = "look at";
  question.subject = settings_.name;
  question.asked.method = core::Method::Head;
  question.asked.key = settings_.object.key;
  question.on_retry = tell_retry_;
  question_ = ports_.client.ask(bucket_, std::move(question),
                                [this, done = std::move(done)](StoreOutcome outcome) {
                                  question_ = 0;
                                  done(std::move(outcome));
                                });
}

Error ObjectSource::refusal(const StoreFailure& failure) const {
  Error error = failure.error;
  const std::string meaning =
      meaning_of({}, static_cast<int>(error.number),
                 {bucket_->store(), bucket_->bucket(), settings_.object.key});
  if (!meaning.empty()) error.cause = meaning;
  return error;
}

void ObjectSource::open(TellRetry tell_retry, Opened done) {
  tell_retry_ = std::move(tell_retry);
  look([this, done = std::move(done)](const StoreOutcome& outcome) { done(take(outcome)); });
}

Result<SourceFacts> ObjectSource::take(const StoreOutcome& outcome) {
  if (!outcome) return fail(refusal(outcome.error()));
  const core::ResponseHead& head = outcome->head;
  const auto size = size_of(head);
  if (!size) {
    return fail({.code = ErrorCode::Refused,
                 .operation = "look at",
                 .subject = settings_.name,
                 .cause = "the store does not say how large it is"});
  }
  seen_ = {*size, std::string(head.find("ETag").value_or("")),
           std::string(head.find("Last-Modified").value_or(""))};
  md5_ = plain_md5(head, seen_.etag);
  sha256_ = recorded_sha256(head);
  return SourceFacts{.size = *size,
                     .in_store = settings_.in_store,
                     .headers = headers_of_copy(head, settings_.to)};
}

void ObjectSource::identify(const PartPlan&, Identified done) {
  done(SourceVersion{.sha256 = sha256_, .tag = seen_.etag});
}

std::unique_ptr<PartSource> ObjectSource::parts() {
  return std::make_unique<CopiedParts>(
      CopiedVersion{settings_.object, seen_.size, seen_.etag, md5_}, ports_.worker);
}

void ObjectSource::look_again(LookedAgain done) {
  look([this, done = std::move(done)](const StoreOutcome& outcome) {
    if (!outcome && outcome.error().trouble == StoreTrouble::NoKey) return done(false);
    if (!outcome) return done(fail(refusal(outcome.error())));
    const Seen before = seen_;
    const auto now = take(outcome);
    if (!now) return done(fail(now.error()));
    done(seen_ == before);
  });
}

Proof ObjectSource::proof() const {
  return seen_.etag.empty() ? Proof::None : Proof::StrongValidator;
}

}  // namespace xget::remote
