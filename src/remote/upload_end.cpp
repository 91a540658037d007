// The end of an upload: the object is there, whole and once, or it is said why not.
#include <utility>

#include "base/encoding.hpp"
#include "base/log.hpp"
#include "base/units.hpp"
#include "remote/multipart_etag.hpp"
#include "remote/object_head.hpp"
#include "remote/store_bodies.hpp"
#include "remote/text_body.hpp"
#include "remote/upload_task.hpp"

namespace xget::remote {
namespace {

constexpr int kMostCompletions = 6;  // of one upload, whose answers were lost
constexpr Duration kFirstWait = std::chrono::seconds(1);
constexpr Duration kLongestWait = std::chrono::seconds(30);

// What the store calls the object if it has what was sent. nullopt: not all MD5s are known.
std::optional<Md5Etag> expected_etag(const PartRecords& parts, bool at_once) {
  auto etag = PartsEtag::create();
  for (const auto& [number, part] : parts) {
    const auto md5 = parse_hex(part.md5);
    if (!etag || !md5 || md5->empty()) return std::nullopt;
    if (at_once) return Md5Etag{part.md5, 0};
    etag->add(*md5);
  }
  return etag ? std::optional(etag->finish()) : std::nullopt;
}

}  // namespace

void UploadTask::complete() {
  ++completions_;
  complete_at_.reset();
  std::vector<SentPart> sent;
  sent.reserve(upload_.parts.size());
  for (const auto& [number, part] : upload_.parts) sent.push_back({number, part.etag, "", ""});
  const std::string body = complete_upload_body(sent);
  StoreQuestion question =
      question_of("complete", core::Method::Post, {{"uploadId", upload_.upload_id}});
  question.repeatable = false;
  question.asked.headers.push_back({"Content-Type", "application/xml"});
  if (settings_.keep_existing) question.asked.headers.push_back({"If-None-Match", "*"});
  question.asked.payload = payload_of(body);
  question.body = std::make_shared<TextBody>(body);
  ask(std::move(question), &UploadTask::on_completed);
}

void UploadTask::on_completed(StoreOutcome outcome) {
  if (!outcome) {
    StoreFailure& failure = outcome.error();
    // An answer that was lost before may have been a success.
    const bool doubtful = failure.may_be_done || failure.trouble == StoreTrouble::NoUpload ||
                          failure.trouble == StoreTrouble::NoKey;
    return doubtful ? confirm(std::move(failure.error)) : fail_with(std::move(failure.error));
  }
  auto finished = parse_finished_upload(outcome->body);
  if (finished && !finished->etag.empty()) return check_object(finished->etag);
  if (finished) {  // some stores leave its ETag to be asked for
    return confirm({.code = ErrorCode::Network,
                    .operation = "upload",
                    .subject = settings_.name,
                    .cause = "the store says that it has the object, and has none"});
  }
  AnswerFailure& failure = finished.error();
  const bool final = failure.said && !may_pass(trouble_of(*failure.said, outcome->head.status));
  if (final) return fail_with(std::move(failure.error));
  confirm(std::move(failure.error));
}

// `why`: what put it in doubt, to be told if it is not there.
void UploadTask::confirm(Error why) {
  failed_ = std::move(why);
  ask(question_of("look at", core::Method::Head, {}), &UploadTask::on_confirmed);
}

void UploadTask::on_confirmed(StoreOutcome outcome) {
  const Error why = *std::exchange(failed_, std::nullopt);
  if (outcome) {
    const auto token = outcome->head.find(metadata_name(kTokenName));
    if (token && !upload_.token.empty() && *token == upload_.token) {
      return check_object(std::string(outcome->head.find("ETag").value_or("")));
    }
  } else if (outcome.error().trouble != StoreTrouble::NoKey) {
    return fail_with(std::move(outcome.error().error));
  }
  if (upload_.parts.size() < plan_.count() || why.cause.empty()) return begin();  // it is gone
  if (completions_ >= kMostCompletions) return fail_with(why);
  log::info(to_string(why) + "; not there: completed again");
  stage_ = Stage::Wait;
  complete_at_ = ports_.clock.now() + doubled(kFirstWait, completions_ - 1, kLongestWait);
}

void UploadTask::check_object(const std::string& etag) {
  const auto said = parse_md5_etag(etag);
  const auto expected = expected_etag(upload_.parts, upload_.upload_id.empty());
  if (!settings_.etags_are_md5s || !said || !expected) {
    return finish("the store has taken each part with its MD5");
  }
  if (*said != *expected) {
    return fail_with({.code = ErrorCode::Checksum,
                      .operation = "upload",
                      .subject = settings_.name,
                      .cause = "the store's ETag " + etag + " is of other bytes than were sent"});
  }
  finish("the store's ETag is the MD5 of what was sent");
}

void UploadTask::finish(std::string rests_on) {
  forget_checkpoint();
  stage_ = Stage::Ended;
  tell_(Finished{.job = settings_.id,
                 .path = settings_.name,
                 .size = plan_.size,
                 .sent = sent_before_,
                 .proof = Proof::Digest,
                 .rests_on = std::move(rests_on),
                 .digest = "sha256:" + upload_.sha256});
}

void UploadTask::fail_with(Error error) {
  stop_hashing();
  if (question_ != 0) ports_.client.cancel(std::exchange(question_, 0));
  if (sender_) upload_.parts = sender_->parts();
  sender_.reset();
  if (error.operation.empty()) error.operation = "upload";
  if (error.subject.empty()) error.subject = settings_.path;
  failed_ = std::move(error);
  stage_ = Stage::Ending;
  if (upload_.upload_id.empty()) return end_failed();
  if (!checkpoints_) return abort_then(&UploadTask::end_failed);
  failed_->kept = format_size(held()) + " of " + format_size(plan_.size) + " in the store";
  failed_->remedy = "the same command goes on";
  save();
}

void UploadTask::end_failed() {
  stage_ = Stage::Ended;
  tell_(Failed{.job = settings_.id, .path = settings_.name, .error = *std::move(failed_)});
}

}  // namespace xget::remote
