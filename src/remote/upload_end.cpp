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

// Where it answers so, an earlier try may have done it, whose answer was lost.
bool may_be_done(StoreTrouble trouble) {
  return trouble == StoreTrouble::NoUpload || trouble == StoreTrouble::NoKey ||
         trouble == StoreTrouble::Condition;
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
  add_key(settings_.customer_key, question.asked.headers);
  if (leaves_existing()) question.asked.headers.push_back({"If-None-Match", "*"});
  question.asked.payload = payload_of(body);
  question.body = std::make_shared<TextBody>(body);
  ask(std::move(question), &UploadTask::on_completed);
}

void UploadTask::on_completed(StoreOutcome outcome) {
  if (!outcome) {
    StoreFailure& failure = outcome.error();
    const bool doubtful = failure.may_be_done || may_be_done(failure.trouble);
    if (!doubtful) return fail_with(std::move(failure.error));
    const bool other = failure.trouble == StoreTrouble::Condition;
    return confirm(other ? exists() : std::move(failure.error));
  }
  auto finished = parse_finished_upload(outcome->body);
  if (finished && !finished->etag.empty()) return check_object(outcome->head, finished->etag);
  if (finished) {  // some stores leave its ETag to be asked for
    return confirm({.code = ErrorCode::Network,
                    .operation = settings_.operation,
                    .subject = settings_.name,
                    .cause = "the store says that it has the object, and has none"});
  }
  AnswerFailure& failure = finished.error();
  const auto trouble =
      failure.said ? trouble_of(*failure.said, outcome->head.status) : StoreTrouble::TryAgain;
  if (!may_pass(trouble) && !may_be_done(trouble)) return fail_with(std::move(failure.error));
  const bool other = trouble == StoreTrouble::Condition;
  confirm(other ? exists() : std::move(failure.error));
}

// `why`: what put it in doubt, to be told if it is not there.
void UploadTask::confirm(Error why) {
  failed_ = std::move(why);
  ask(look_question(), &UploadTask::on_confirmed);
}

void UploadTask::on_confirmed(StoreOutcome outcome) {
  Error why = *std::exchange(failed_, std::nullopt);
  if (outcome) {
    const auto token = outcome->head.find(metadata_name(kTokenName));
    if (token && !upload_.token.empty() && *token == upload_.token) {
      return check_object(outcome->head, std::string(outcome->head.find("ETag").value_or("")));
    }
  } else if (outcome.error().trouble != StoreTrouble::NoKey) {
    return fail_with(std::move(outcome.error().error));
  }
  if (why.code == ErrorCode::Exists) return drop_with(std::move(why));
  if (why.cause.empty()) return begin();  // an earlier run's, and gone
  if (completions_ >= kMostCompletions) return fail_with(std::move(why));
  log::info(to_string(why) + "; not there: completed again");
  stage_ = Stage::Wait;
  complete_at_ = ports_.clock.now() + doubled(kFirstWait, completions_ - 1, kLongestWait);
}

// What the store calls the object if it has what was sent. nullopt: its ETags are no MD5s, or not
// all parts are on record.
std::optional<Md5Etag> UploadTask::expected_etag() const {
  if (!settings_.etags_are_md5s) return std::nullopt;
  if (upload_.upload_id.empty()) {
    if (whole_.md5.empty()) return std::nullopt;
    return Md5Etag{whole_.md5, 0};
  }
  auto etag = PartsEtag::create();
  if (!etag || upload_.parts.size() != plan_.count()) return std::nullopt;
  for (const auto& [number, part] : upload_.parts) {
    const auto said = parse_md5_etag(part.etag);
    if (!said || said->parts != 0) return std::nullopt;
    if (said->md5 != part.md5 && !facts_.in_store) return std::nullopt;
    etag->add(*parse_hex(said->md5));
  }
  return etag->finish();
}

void UploadTask::check_object(const core::ResponseHead& answer, const std::string& etag) {
  const auto said = may_have_md5_etag(answer) ? parse_md5_etag(etag) : std::nullopt;
  const auto expected = expected_etag();
  if ((!said || !expected) && facts_.in_store) return look_at_copy();
  if (!said || !expected) return finish("the store has taken each part with its MD5");
  if (*said == *expected) {
    return finish(facts_.in_store ? "the store's ETag is the MD5 of what it copied"
                                  : "the store's ETag is the MD5 of what was sent");
  }
  // The upload has come to its end, if to a bad one: nothing goes on from there.
  recorded_ = false;
  upload_.upload_id.clear();
  fail_with({.code = ErrorCode::Checksum,
             .operation = settings_.operation,
             .subject = settings_.name,
             .cause = "the store's ETag " + etag + " is of other bytes than were sent"});
}

void UploadTask::check_copied() { check_object(copied_.head, copied_.etag); }

// Its ETag says nothing: that it is there, as long as its source, is seen at least.
void UploadTask::look_at_copy() { ask(look_question(), &UploadTask::on_copy_looked); }

void UploadTask::on_copy_looked(StoreOutcome outcome) {
  if (!outcome) return fail_with(std::move(outcome.error().error));
  const auto length = outcome->head.find("Content-Length");
  if (length && parse_u64(*length) == plan_.size) {
    return finish("the store has copied that version, to its whole length");
  }
  recorded_ = false;
  upload_.upload_id.clear();
  fail_with({.code = ErrorCode::Checksum,
             .operation = settings_.operation,
             .subject = settings_.name,
             .cause = "the store has made a copy of another length than its source"});
}

void UploadTask::finish(std::string rests_on) {
  abort_abandoned_and_end(
      Finished{.job = settings_.id,
               .path = settings_.name,
               .size = plan_.size,
               .sent = sent_before_,
               .proof = source_->proof(),
               .rests_on = std::move(rests_on),
               .digest = source_->proof() == Proof::Digest ? "sha256:" + upload_.sha256 : ""});
}

void UploadTask::end(Event event) {
  stage_ = Stage::Ended;
  tell_(std::move(event));
}

void UploadTask::stop_all() {
  source_->stop();
  stop_saving();
  if (question_ != 0) ports_.client.cancel(std::exchange(question_, 0));
  if (sender_) upload_.parts = sender_->parts();
  sender_.reset();
  prepares_.reset();
  abandoned_.reset();
  body_.reset();
  stage_ = Stage::Ending;
}

void UploadTask::fail_with(Error error) {
  stop_all();
  if (error.operation.empty()) error.operation = settings_.operation;
  if (error.subject.empty()) error.subject = settings_.path;
  failed_ = std::move(error);
  if (upload_.upload_id.empty()) return end_failed();
  if (!names_version()) return abort_then(upload_.upload_id, &UploadTask::end_failed);
  if (!checkpoints_ || !can_save_) return end_kept();
  save();
}

// What is there is of no use to a later run.
void UploadTask::drop_with(Error error) {
  stop_all();
  failed_ = std::move(error);
  if (upload_.upload_id.empty()) return end_failed();
  abort_then(upload_.upload_id, &UploadTask::end_failed);
}

void UploadTask::end_kept() {
  if (!recorded_) return abort_then(upload_.upload_id, &UploadTask::end_failed);
  failed_->kept = format_size(held());
  if (facts_.size) failed_->kept += " of " + format_size(plan_.size);
  failed_->kept += " in the store";
  const std::string goes_on = "the same command goes on";
  failed_->remedy = failed_->remedy.empty() ? goes_on : failed_->remedy + "; then " + goes_on;
  end_failed();
}

// The store does not answer, and somebody waits for the end.
void UploadTask::leave_unfinished() {
  end_by_.reset();
  ports_.client.cancel(std::exchange(question_, 0));
  tell_(
      Note{settings_.id, settings_.name + ": the store does not answer; its parts are left there"});
  end_failed();
}

void UploadTask::end_failed() {
  Failed failed{.job = settings_.id, .path = settings_.name, .error = *std::move(failed_)};
  if (recorded_ || upload_.unheard_since) return end(std::move(failed));
  forget_checkpoint_and_end(std::move(failed));
}

}  // namespace xget::remote
