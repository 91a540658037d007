#include "remote/upload_task.hpp"

#include <utility>

#include "base/encoding.hpp"
#include "base/fill_levels.hpp"
#include "base/log.hpp"
#include "core/connection_policy.hpp"
#include "remote/file_digests.hpp"
#include "remote/object_head.hpp"

namespace xget::remote {
namespace {

constexpr int kMostRestarts = 3;  // of a file that does not stand still

}  // namespace

// Shared with the worker, which may still read when nobody waits for it any more.
struct UploadTask::Hashing {
  std::shared_ptr<core::File> file;
  std::uint64_t size = 0;
  bool at_once = false;  // the file is one part, whose MD5 is wanted, too
  std::atomic<bool> stop = false;
  Result<PartDigests> digests{PartDigests{}};

  void run() {
    if (at_once) {
      digests = digest_part(*file, {0, size}, true, stop);
    } else if (auto sha256 = sha256_of_file(*file, size, stop)) {
      digests->sha256 = *sha256;
    } else {
      digests = fail(std::move(sha256.error()));
    }
  }
};

UploadTask::UploadTask(UploadSettings settings, std::shared_ptr<BucketAccess> bucket,
                       UploadPorts ports, Tell tell)
    : settings_(std::move(settings)),
      bucket_(std::move(bucket)),
      ports_(ports),
      tell_(std::move(tell)),
      speed_(ports.clock.now()) {}

UploadTask::~UploadTask() {
  stop_hashing();
  stop_saving();
  if (question_ != 0) ports_.client.cancel(question_);
}

void UploadTask::on_time(Instant now) {
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
    case Stage::Send: return save_at_;
    case Stage::Wait: return complete_at_;
    case Stage::Ending: return end_by_;
    default: return std::nullopt;
  }
}

void UploadTask::interrupt() {
  if (stage_ == Stage::Ended || stage_ == Stage::Ending) return;
  fail_with({.code = ErrorCode::Interrupted, .operation = "upload", .subject = settings_.path});
}

core::JobWeight UploadTask::weight() const {
  if (stage_ == Stage::Open) return core::JobWeight::Unknown;
  return info_.size <= core::kLargestSmallFile ? core::JobWeight::Small : core::JobWeight::Large;
}

Progress UploadTask::progress(Instant now) {
  const std::uint64_t there = held();
  if (there > measured_) speed_.add(there - measured_, now);
  measured_ = there;
  RangeSet ranges;
  for (const auto& [number, part] : parts()) ranges.add(plan_.range(number));
  return {.job = settings_.id,
          .held = there,
          .size = plan_.size,
          .bytes_per_second = static_cast<std::uint64_t>(speed_.rate(now)),
          .connections = sender_ ? sender_->active() : 0,
          .stalled_seconds = 0,
          .parts = fill_levels(ranges, plan_.size, kProgressParts)};
}

const PartRecords& UploadTask::parts() const { return sender_ ? sender_->parts() : upload_.parts; }

std::uint64_t UploadTask::held() const {
  if (sender_) return sender_->held();
  if (body_) return body_->sent();
  std::uint64_t bytes = 0;
  for (const auto& [number, part] : upload_.parts) bytes += plan_.range(number).length();
  return bytes;
}

// ---- open, digest -----------------------------------------------------------------------------

void UploadTask::open() {
  if (auto opened = open_file(); !opened) return fail_with(std::move(opened.error()));
  tell_(Probed{.job = settings_.id,
               .url = settings_.path,
               .path = settings_.name,
               .size = info_.size,
               .held = 0,
               .ranges = true});
  if (!leaves_existing()) return digest();
  ask(question_of("look at", core::Method::Head, {}), &UploadTask::on_looked);
}

// Stores that know no If-None-Match would replace it: it is looked for beforehand, too.
void UploadTask::on_looked(StoreOutcome outcome) {
  if (!outcome && outcome.error().trouble == StoreTrouble::NoKey) return digest();
  if (!outcome) return fail_with(std::move(outcome.error().error));
  fail_with(exists());
}

Error UploadTask::exists() const {
  return {.code = ErrorCode::Exists,
          .operation = "upload",
          .subject = settings_.name,
          .cause = "the object exists, and is to be left",
          .remedy = "without --no-clobber it is replaced"};
}

Result<void> UploadTask::open_file() {
  auto folder = ports_.files.open_folder(settings_.folder);
  if (!folder) return fail(std::move(folder.error()));
  auto file = (*folder)->open(settings_.file, core::Access::Read);
  if (!file) return fail(std::move(file.error()));
  auto info = (*file)->info();
  if (!info) return fail(std::move(info.error()));
  if (!info->regular) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "upload",
                 .subject = settings_.path,
                 .cause = "it is no regular file"});
  }
  auto plan = plan_upload(info->size, settings_.part_size);
  if (!plan) return fail(std::move(plan.error()));
  file_ = *std::move(file);
  info_ = *info;
  plan_ = *plan;
  return {};
}

bool UploadTask::file_changed() {
  const auto now = file_->info();
  return !now || now->size != info_.size || now->mtime_ns != info_.mtime_ns;
}

void UploadTask::digest() {
  stage_ = Stage::Digest;
  hashing_ = std::make_shared<Hashing>();
  hashing_->file = file_;
  hashing_->size = info_.size;
  hashing_->at_once = plan_.count() == 1;
  ports_.hashing.submit([work = hashing_] { work->run(); },
                        [this, work = hashing_] {
                          if (!work->stop) on_digest(std::move(work->digests));
                        });
}

void UploadTask::stop_hashing() {
  if (hashing_) hashing_->stop = true;
}

void UploadTask::on_digest(Result<PartDigests> digests) {
  hashing_.reset();
  if (!digests && digests.error().code == ErrorCode::Changed) return begin_again();
  if (!digests) return fail_with(std::move(digests.error()));
  if (file_changed()) return begin_again();
  whole_ = *std::move(digests);
  upload_ = {.url = settings_.name,
             .file = settings_.path,
             .plan = plan_,
             .sha256 = to_hex(whole_.sha256)};
  find();
}

// What was sent may be of two versions.
void UploadTask::begin_again() {
  const Error changed{.code = ErrorCode::Changed,
                      .operation = "upload",
                      .subject = settings_.path,
                      .cause = "the file changed while it was read"};
  if (settings_.on_change == OnChange::Fail || ++restarts_ > kMostRestarts) {
    return drop_with(changed);
  }
  tell_(Note{settings_.id, to_string(changed) + "; beginning again"});
  if (sender_) sent_before_ += sender_->sent();
  sender_.reset();
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

std::string UploadTask::metadata_name(const char* name) const {
  return std::string(bucket_->store() == StoreKind::S3 ? "x-amz-meta-" : "x-oss-meta-") + name;
}

// Of the object as it will be.
std::vector<core::Header> UploadTask::object_headers() const {
  std::vector<core::Header> headers = settings_.object_headers;
  headers.push_back({metadata_name(kSha256Name), upload_.sha256});
  headers.push_back({metadata_name(kPartSizeName), std::to_string(plan_.part_size)});
  if (!upload_.token.empty()) headers.push_back({metadata_name(kTokenName), upload_.token});
  return headers;
}

// ---- put: one request -------------------------------------------------------------------------

void UploadTask::put() {
  StoreQuestion question = question_of("put", core::Method::Put, {});
  question.asked.headers = object_headers();
  const auto md5 = parse_hex(whole_.md5);
  if (md5 && !md5->empty()) question.asked.headers.push_back({"Content-MD5", to_base64(*md5)});
  if (leaves_existing()) question.asked.headers.push_back({"If-None-Match", "*"});
  question.asked.payload =
      settings_.hashes_payload ? Payload::hashed(whole_.sha256) : *Payload::unhashed(Scheme::Https);
  question.body = body_ = std::make_shared<FilePart>(file_, ByteRange{0, plan_.size});
  retried_ = false;
  ask(std::move(question), &UploadTask::on_put);
}

// The store refuses what is not as it was digested, again and again: it is not to be waited for.
void UploadTask::step_put() {
  if (!body_ || !std::exchange(retried_, false) || !file_changed()) return;
  ports_.client.cancel(std::exchange(question_, 0));
  body_.reset();
  begin_again();
}

void UploadTask::on_put(StoreOutcome outcome) {
  body_.reset();
  const bool changed = file_changed();
  if (!outcome) {
    if (changed) return begin_again();
    // The answer to an earlier try may have been lost.
    if (outcome.error().trouble == StoreTrouble::Condition) return confirm(exists());
    return fail_with(std::move(outcome.error().error));
  }
  sent_before_ += plan_.size;
  upload_.parts = {{1, {}}};
  replaces_own_ = true;
  if (changed) return begin_again();
  check_object(outcome->head, std::string(outcome->head.find("ETag").value_or("")));
}

// ---- parts ------------------------------------------------------------------------------------

void UploadTask::begin() {
  recorded_ = false;
  upload_.upload_id.clear();
  upload_.parts.clear();
  const bool at_once = plan_.count() == 1;
  // What is sent at once is there with its answer, or again: only who must not replace it asks.
  if (!at_once || leaves_existing()) upload_.token = std::to_string(ports_.random.next());
  if (at_once) return put();
  StoreQuestion question =
      question_of("begin the upload of", core::Method::Post, {{"uploads", ""}});
  question.asked.headers = object_headers();
  ask(std::move(question), &UploadTask::on_begun);
}

void UploadTask::on_begun(StoreOutcome outcome) {
  if (!outcome) return fail_with(std::move(outcome.error().error));
  auto begun = parse_begun_upload(outcome->body);
  if (!begun) return fail_with(std::move(begun.error().error));
  upload_.upload_id = std::move(begun->upload_id);
  save();
  send_parts();
}

void UploadTask::send_parts() {
  stage_ = Stage::Send;
  sender_ = std::make_unique<PartSender>(
      PartTarget{.bucket = bucket_,
                 .key = settings_.key,
                 .name = settings_.name,
                 .upload_id = upload_.upload_id,
                 .headers = settings_.part_headers,
                 .hashes_payload = settings_.hashes_payload,
                 .etags_are_md5s = settings_.etags_are_md5s,
                 .on_retry = [this](const core::Failure& failure,
                                    Duration wait) { on_retry(failure, wait); }},
      plan_, upload_.parts, file_, std::make_unique<core::FixedConnections>(settings_.connections),
      PartSenderPorts{ports_.client, ports_.clock, ports_.hashing});
  measured_ = sender_->held();
  step_send(ports_.clock.now());
}

void UploadTask::step_send(Instant now) {
  sender_->on_time(now);
  if (std::exchange(retried_, false) && file_changed()) return begin_again();
  if (const auto& failure = sender_->failure()) {
    // It was read to another end than it had, or sent as other bytes than were digested.
    if (failure->error.code == ErrorCode::Changed || file_changed()) return begin_again();
    if (failure->trouble == StoreTrouble::NoUpload && ++restarts_ <= kMostRestarts) {
      log::info("the upload is gone: beginning again");
      sent_before_ += sender_->sent();
      sender_.reset();
      return begin();
    }
    return fail_with(failure->error);
  }
  if (!sender_->finished()) return checkpoint(now);
  if (file_changed()) return begin_again();
  save();
  sent_before_ += sender_->sent();
  upload_.parts = sender_->parts();
  sender_.reset();
  complete();
}

}  // namespace xget::remote
