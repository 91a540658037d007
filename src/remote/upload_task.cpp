#include "remote/upload_task.hpp"

#include <utility>

#include "base/fill_levels.hpp"
#include "base/log.hpp"
#include "core/connection_policy.hpp"
#include "remote/object_head.hpp"
#include "remote/part_request.hpp"

namespace xget::remote {
namespace {

constexpr int kMostRestarts = 3;  // of a source that does not stand still

Result<PartPlan> plan_of(const SourceFacts& facts, std::optional<std::uint64_t> part_size) {
  if (!facts.size) return plan_open_end(part_size);
  return facts.in_store ? plan_copy(*facts.size, part_size) : plan_upload(*facts.size, part_size);
}

}  // namespace

UploadTask::UploadTask(UploadSettings settings, std::unique_ptr<UploadSource> source,
                       std::shared_ptr<BucketAccess> bucket, UploadPorts ports, Tell tell)
    : settings_(std::move(settings)),
      source_(std::move(source)),
      bucket_(std::move(bucket)),
      ports_(ports),
      tell_(std::move(tell)),
      speed_(ports.clock.now()) {}

UploadTask::~UploadTask() {
  stop_saving();
  if (question_ != 0) ports_.client.cancel(question_);
}

void UploadTask::on_time(Instant now) {
  source_->on_time(now);
  if (prepares_) prepares_->on_time(now);
  switch (stage_) {
    case Stage::Open: return open();
    case Stage::Ask: return step_put();
    case Stage::Send: return step_send(now);
    case Stage::Ending:
      if (end_by_ && now >= *end_by_) leave_unfinished();
      return;
    case Stage::Wait:
      if (complete_at_ && now >= *complete_at_) complete();
      return;
    default: return;  // what is waited for calls back
  }
}

std::optional<Instant> UploadTask::next_deadline() const {
  switch (stage_) {
    case Stage::Open: return Instant::min();
    case Stage::Source:
      return earliest(source_->next_deadline(),
                      prepares_ ? prepares_->next_deadline() : std::nullopt);
    case Stage::Send: return earliest(sender_->next_deadline(), save_at_);
    case Stage::Wait: return complete_at_;
    case Stage::Ending: return end_by_;
    default: return std::nullopt;
  }
}

void UploadTask::interrupt() {
  if (stage_ == Stage::Ended || stage_ == Stage::Ending) return;
  fail_with({.code = ErrorCode::Interrupted,
             .operation = settings_.operation,
             .subject = settings_.path});
}

core::JobWeight UploadTask::weight() const {
  if (stage_ == Stage::Open) return core::JobWeight::Unknown;
  return facts_.size.value_or(kUnknownEnd) <= core::kLargestSmallFile ? core::JobWeight::Small
                                                                      : core::JobWeight::Large;
}

Progress UploadTask::progress(Instant now) {
  const std::uint64_t there = held();
  if (there > measured_) speed_.add(there - measured_, now);
  measured_ = there;
  std::vector<std::uint8_t> parts_there;
  if (facts_.size) {
    RangeSet ranges;
    for (const auto& [number, part] : parts()) ranges.add(plan_.range(number));
    parts_there = fill_levels(ranges, plan_.size, kProgressParts);
  }
  return {.job = settings_.id,
          .held = there,
          .size = facts_.size,
          .bytes_per_second = static_cast<std::uint64_t>(speed_.rate(now)),
          .connections = sender_ ? sender_->active() : 0,
          .stalled_seconds = 0,
          .parts = std::move(parts_there)};
}

const PartRecords& UploadTask::parts() const { return sender_ ? sender_->parts() : upload_.parts; }

std::uint64_t UploadTask::held() const {
  if (sender_) return sender_->held();
  if (body_) return body_->sent();
  std::uint64_t bytes = 0;
  for (const auto& [number, part] : upload_.parts) bytes += plan_.range(number).length();
  return bytes;
}

// ---- open, identify ---------------------------------------------------------------------------

void UploadTask::open() {
  stage_ = Stage::Source;
  source_->open([this](const core::Failure& failure, Duration wait) { on_retry(failure, wait); },
                [this](Result<SourceFacts> facts) { on_opened(std::move(facts)); });
}

void UploadTask::on_opened(Result<SourceFacts> facts) {
  if (!facts && facts.error().code == ErrorCode::Changed) return begin_again();
  if (!facts) return fail_with(std::move(facts.error()));
  facts_ = *std::move(facts);
  auto plan = plan_of(facts_, settings_.part_size);
  if (!plan) return fail_with(std::move(plan.error()));
  plan_ = *plan;
  tell_(Probed{.job = settings_.id,
               .url = settings_.path,
               .path = settings_.name,
               .size = facts_.size,
               .held = 0,
               .ranges = true});
  if (!leaves_existing()) return identify();
  ask(look_question(), &UploadTask::on_looked);
}

StoreQuestion UploadTask::look_question() {
  StoreQuestion question = question_of("look at", core::Method::Head, {});
  add_key(settings_.customer_key, question.asked.headers);
  return question;
}

// Stores that know no If-None-Match would replace it: it is looked for beforehand, too.
void UploadTask::on_looked(StoreOutcome outcome) {
  if (!outcome && outcome.error().trouble == StoreTrouble::NoKey) return identify();
  if (!outcome) return fail_with(std::move(outcome.error().error));
  fail_with(exists());
}

Error UploadTask::exists() const {
  return {.code = ErrorCode::Exists,
          .operation = settings_.operation,
          .subject = settings_.name,
          .cause = "the object exists, and is to be left",
          .remedy = "without --no-clobber it is replaced"};
}

void UploadTask::identify() {
  stage_ = Stage::Source;
  source_->identify(plan_,
                    [this](Result<SourceVersion> version) { on_identified(std::move(version)); });
}

void UploadTask::on_identified(Result<SourceVersion> version) {
  if (!version && version.error().code == ErrorCode::Changed) return begin_again();
  if (!version) return fail_with(std::move(version.error()));
  if (source_->changed()) return begin_again();
  upload_ = {.url = settings_.name,
             .file = settings_.path,
             .plan = plan_,
             .sha256 = std::move(version->sha256),
             .tag = std::move(version->tag),
             .unheard_since = upload_.unheard_since};
  find();
}

// What was sent may be of two versions.
void UploadTask::begin_again() {
  const Error changed{.code = ErrorCode::Changed,
                      .operation = settings_.operation,
                      .subject = settings_.path,
                      .cause = "it changed while it was read"};
  if (settings_.on_change == OnChange::Fail || ++restarts_ > kMostRestarts) {
    return drop_with(changed);
  }
  tell_(Note{settings_.id, to_string(changed) + "; beginning again"});
  if (sender_) sent_before_ += sender_->sent();
  sender_.reset();
  prepares_.reset();
  if (!upload_.upload_id.empty()) return abort_then(upload_.upload_id, &UploadTask::open);
  upload_.parts.clear();
  stage_ = Stage::Open;
}

// ---- requests ---------------------------------------------------------------------------------

void UploadTask::ask(StoreQuestion question, Then then) {
  stage_ = Stage::Ask;
  question_ = ports_.client.ask(bucket_, std::move(question), [this, then](StoreOutcome outcome) {
    question_ = 0;
    (this->*then)(std::move(outcome));
  });
}

StoreQuestion UploadTask::question_of(const char* operation, core::Method method,
                                      std::vector<QueryParameter> query) {
  StoreQuestion question;
  question.operation = operation;
  question.subject = settings_.name;
  question.asked.method = method;
  question.asked.key = settings_.key;
  question.asked.query = std::move(query);
  question.on_retry = [this](const core::Failure& failure, Duration wait) {
    on_retry(failure, wait);
  };
  return question;
}

void UploadTask::on_retry(const core::Failure& failure, Duration wait) {
  retried_ = true;
  tell_(Retrying{.job = settings_.id,
                 .url = settings_.name,
                 .cause = failure.cause,
                 .wait = std::chrono::duration_cast<Milliseconds>(wait)});
}

Payload UploadTask::payload_of(std::string_view body) const {
  return Payload::hashed(sha256(std::as_bytes(std::span(body))));
}

// By which the next run tells whether it would encrypt the object in the same way.
std::string UploadTask::encryption_mark(const std::string& token) const {
  return settings_.customer_key ? "customer " + settings_.customer_key->mark(token)
                                : settings_.encryption;
}

std::string UploadTask::metadata_name(const char* name) const {
  return own_prefix(bucket_->store()) + "meta-" + name;
}

// Of the object as it will be.
std::vector<core::Header> UploadTask::object_headers() const {
  std::vector<core::Header> headers = laid_over(facts_.headers, settings_.object_headers);
  if (!upload_.sha256.empty()) headers.push_back({metadata_name(kSha256Name), upload_.sha256});
  headers.push_back({metadata_name(kPartSizeName), std::to_string(plan_.part_size)});
  if (!upload_.token.empty()) headers.push_back({metadata_name(kTokenName), upload_.token});
  return headers;
}

// ---- put: one request -------------------------------------------------------------------------

void UploadTask::prepare_put() {
  stage_ = Stage::Source;
  prepares_ = source_->parts();
  prepares_->prepare(plan_.range(1),
                     [this](Result<PartContent> content) { put(std::move(content)); });
}

void UploadTask::put(Result<PartContent> content) {
  if (!content && content.error().code == ErrorCode::Changed) return begin_again();
  if (!content) return fail_with(std::move(content.error()));
  whole_ = content->digests;
  StoreQuestion question = question_of(facts_.in_store ? "copy" : "put", core::Method::Put, {});
  // A store that copies takes along what the source says of itself, and what nobody else may see.
  const bool describes = !facts_.in_store || settings_.describes_object || leaves_existing();
  question.asked.headers = describes ? object_headers() : settings_.object_headers;
  add_key(settings_.customer_key, question.asked.headers);
  if (facts_.in_store) {
    question.asked.headers.push_back(
        {own_prefix(bucket_->store()) + "metadata-directive", describes ? "REPLACE" : "COPY"});
  }
  if (leaves_existing()) question.asked.headers.push_back({"If-None-Match", "*"});
  add_content(*content, settings_.hashes_payload, question);
  if (content->body) question.body = body_ = std::make_shared<CountedBody>(content->body);
  retried_ = false;
  ask(std::move(question), &UploadTask::on_put);
}

// The store refuses what is not as it was digested, again and again: it is not to be waited for.
void UploadTask::step_put() {
  if (!body_ || !std::exchange(retried_, false) || !source_->changed()) return;
  ports_.client.cancel(std::exchange(question_, 0));
  body_.reset();
  begin_again();
}

void UploadTask::on_put(StoreOutcome outcome) {
  body_.reset();
  prepares_.reset();
  const bool changed = source_->changed();
  if (!outcome) {
    if (changed) return begin_again();
    StoreFailure& failure = outcome.error();
    if (failure.trouble == StoreTrouble::Condition) {
      // The answer to an earlier try may have been lost.
      if (leaves_existing()) return confirm(exists());
      if (facts_.in_store) return doubt_version(std::move(failure));
    }
    if (sends_instead(failure)) return;
    return fail_with(std::move(failure.error));
  }
  if (!facts_.in_store) sent_before_ += plan_.size;
  upload_.parts = {{1, {}}};
  replaces_own_ = true;
  if (changed) return begin_again();
  if (!facts_.in_store) {
    return check_object(outcome->head, std::string(outcome->head.find("ETag").value_or("")));
  }
  auto copied = parse_finished_copy(outcome->body);
  if (!copied) return fail_with(std::move(copied.error().error));
  copied_ = {outcome->head, std::move(copied->etag)};
  look_again(&UploadTask::check_copied);
}

// ---- parts ------------------------------------------------------------------------------------

void UploadTask::begin() {
  recorded_ = false;
  upload_.upload_id.clear();
  upload_.parts.clear();
  const bool at_once = plan_.count() == 1;
  // What is sent at once is there with its answer, or again: only who must not replace it asks.
  if (!at_once || leaves_existing()) upload_.token = std::to_string(ports_.random.next());
  upload_.encryption = encryption_mark(upload_.token);
  if (at_once) return prepare_put();
  unheard_before_ = upload_.unheard_since.has_value();
  if (!unheard_before_) upload_.unheard_since = ports_.clock.wall_now();
  save_then(&UploadTask::ask_to_begin);
}

void UploadTask::ask_to_begin() {
  retried_ = false;
  StoreQuestion question =
      question_of("begin the upload of", core::Method::Post, {{"uploads", ""}});
  question.asked.headers = object_headers();
  add_key(settings_.customer_key, question.asked.headers);
  ask(std::move(question), &UploadTask::on_begun);
}

void UploadTask::on_begun(StoreOutcome outcome) {
  const bool once = !retried_ && !unheard_before_;
  recorded_ = false;
  if (!outcome) {
    if (once && !may_pass(outcome.error().trouble)) upload_.unheard_since.reset();
    return fail_with(std::move(outcome.error().error));
  }
  auto begun = parse_begun_upload(outcome->body);
  if (!begun) return fail_with(std::move(begun.error().error));
  upload_.upload_id = std::move(begun->upload_id);
  if (once) upload_.unheard_since.reset();
  save_then(&UploadTask::send_parts);
}

void UploadTask::send_parts() {
  stage_ = Stage::Send;
  sender_ = std::make_unique<PartSender>(
      PartTarget{.bucket = bucket_,
                 .key = settings_.key,
                 .name = settings_.name,
                 .upload_id = upload_.upload_id,
                 .customer_key = settings_.customer_key,
                 .hashes_payload = settings_.hashes_payload,
                 .etags_are_md5s = settings_.etags_are_md5s,
                 .open_end = !facts_.size,
                 .on_retry = [this](const core::Failure& failure,
                                    Duration wait) { on_retry(failure, wait); }},
      plan_, SentBefore{upload_.parts, std::exchange(unproven_, {})}, source_->parts(),
      std::make_unique<core::FixedConnections>(settings_.connections),
      PartSenderPorts{ports_.client, ports_.clock});
  measured_ = sender_->held();
  step_send(ports_.clock.now());
}

void UploadTask::step_send(Instant now) {
  sender_->on_time(now);
  if (std::exchange(retried_, false) && source_->changed()) return begin_again();
  if (const auto& failure = sender_->failure()) {
    // It was read to another end than it had, or sent as other bytes than were digested.
    if (failure->error.code == ErrorCode::Changed || source_->changed()) return begin_again();
    if (failure->trouble == StoreTrouble::Condition && facts_.in_store) {
      return doubt_version(*failure);
    }
    if (failure->trouble == StoreTrouble::NoUpload && ++restarts_ <= kMostRestarts) {
      log::info("the upload is gone: beginning again");
      sent_before_ += sender_->sent();
      sender_.reset();
      return begin();
    }
    if (sends_instead(*failure)) return;
    return fail_with(failure->error);
  }
  if (!sender_->finished()) return checkpoint(now);
  if (source_->changed()) return begin_again();
  plan_ = upload_.plan = sender_->plan();
  save();
  if (!facts_.in_store) sent_before_ += sender_->sent();
  upload_.parts = sender_->parts();
  sender_.reset();
  look_again(&UploadTask::complete);
}

void UploadTask::look_again(void (UploadTask::*next)()) {
  stage_ = Stage::Source;
  source_->look_again([this, next](Result<bool> same) {
    if (!same) return fail_with(std::move(same.error()));
    if (!*same) return begin_again();
    (this->*next)();
  });
}

// The store says that the source is another version by now. Some say so of each object that was
// sent in parts, by comparing an ETag of their own.
void UploadTask::doubt_version(StoreFailure failure) {
  refused_copy_ = std::move(failure);
  look_again(&UploadTask::copy_otherwise);
}

void UploadTask::copy_otherwise() {
  const StoreFailure refused = *std::exchange(refused_copy_, std::nullopt);
  if (!sends_instead(refused)) fail_with(refused.error);
}

// Whether the store refuses to copy, and the bytes take another way.
bool UploadTask::sends_instead(const StoreFailure& failure) {
  const bool refused = failure.trouble == StoreTrouble::Denied ||
                       failure.trouble == StoreTrouble::Final ||
                       failure.trouble == StoreTrouble::Condition;
  if (!facts_.in_store || !refused) return false;
  const auto other_way = source_->other_way(failure.trouble);
  if (!other_way) return false;
  tell_(Note{settings_.id, to_string(failure.error) + "; " + *other_way});
  sender_.reset();
  prepares_.reset();
  if (upload_.upload_id.empty()) {
    open();
  } else {
    abort_then(upload_.upload_id, &UploadTask::open);
  }
  return true;
}

}  // namespace xget::remote
