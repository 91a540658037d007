#include "remote/object_source.hpp"

#include <utility>

#include "base/units.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/object_head.hpp"
#include "remote/object_version.hpp"
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
                           std::unique_ptr<WebSource> relay, ObjectSourcePorts ports)
    : settings_(std::move(settings)),
      bucket_(std::move(bucket)),
      relay_(std::move(relay)),
      ports_(ports),
      in_store_(settings_.in_store) {}

ObjectSource::~ObjectSource() { stop(); }

void ObjectSource::stop() {
  if (question_ != 0) ports_.client.cancel(std::exchange(question_, 0));
  if (relay_) relay_->stop();
}

// By what was learnt, not by what the user says.
bool ObjectSource::is_pinned() const {
  return settings_.version_id.empty() && !seen_.version_id.empty() && bucket_->may_name_versions();
}

const std::string& ObjectSource::copied_version() const {
  return is_pinned() ? seen_.version_id : settings_.version_id;
}

void ObjectSource::look(const std::string& version_id, std::function<void(StoreOutcome)> done) {
  StoreQuestion question;
  question.operation = "look at";
  question.subject = settings_.name;
  question.asked.method = core::Method::Head;
  question.asked.key = settings_.object.key;
  question.asked.query = query_of_version(version_id);
  add_key(settings_.customer_key, question.asked.headers);
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
  look(settings_.version_id, [this, done = std::move(done)](const StoreOutcome& outcome) {
    auto facts = take(outcome);
    if (!facts || in_store_ || !relay_) return done(std::move(facts));
    open_relay(*std::move(facts), done);
  });
}

// What it says of itself is of the version whose bytes are fetched.
void ObjectSource::open_relay(SourceFacts facts, Opened done) {
  relay_->open(tell_retry_, [this, facts = std::move(facts),
                             done = std::move(done)](const Result<SourceFacts>& fetched) {
    if (!fetched) return done(fail(fetched.error()));
    const std::string& tag = relay_->version().validators.strong_etag;
    const bool same = fetched->size == facts.size && (tag.empty() || same_etag(tag, seen_.etag));
    if (same) return done(facts);
    done(fail({.code = ErrorCode::Changed,
               .operation = "fetch",
               .subject = settings_.name,
               .cause = "it changed while it was looked at"}));
  });
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
           std::string(head.find("Last-Modified").value_or("")), lasting_version(head)};
  md5_ = plain_md5(head, seen_.etag);
  sha256_ = recorded_sha256(head);
  return SourceFacts{
      .size = *size, .in_store = in_store_, .headers = headers_of_copy(head, settings_.to)};
}

void ObjectSource::identify(const PartPlan& plan, Identified done) {
  if (!in_store_ && relay_) relay_->identify(plan, [](const Result<SourceVersion>&) {});
  done(SourceVersion{.sha256 = sha256_, .tag = seen_.etag});
}

std::unique_ptr<PartSource> ObjectSource::parts() {
  if (!in_store_ && relay_) return relay_->parts();
  return std::make_unique<CopiedParts>(CopiedVersion{settings_.object, copied_version(), seen_.size,
                                                     seen_.etag, md5_, settings_.customer_key},
                                       ports_.worker);
}

std::optional<std::string> ObjectSource::other_way(StoreTrouble trouble) {
  if (trouble == StoreTrouble::Denied && is_pinned()) {
    bucket_->name_no_versions();
    return "it is copied without naming its version";
  }
  if (!relay_) return std::nullopt;
  in_store_ = false;
  return "the bytes are fetched and sent instead";
}

void ObjectSource::on_time(Instant now) {
  if (relay_) relay_->on_time(now);
}

std::optional<Instant> ObjectSource::next_deadline() const {
  return relay_ ? relay_->next_deadline() : std::nullopt;
}

// Bytes that were fetched are of one version by their answers.
void ObjectSource::look_again(LookedAgain done) {
  if (!in_store_) return done(true);
  look(copied_version(), [this, done = std::move(done)](const StoreOutcome& outcome) {
    if (!outcome && outcome.error().trouble == StoreTrouble::NoKey) return done(false);
    if (!outcome) return done(fail(refusal(outcome.error())));
    const Seen before = seen_;
    const auto now = take(outcome);
    if (!now) return done(fail(now.error()));
    done(seen_ == before);
  });
}

Proof ObjectSource::proof() const {
  if (!in_store_ && relay_) return relay_->proof();
  return seen_.etag.empty() ? Proof::None : Proof::StrongValidator;
}

}  // namespace xget::remote
