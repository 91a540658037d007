#include "remote/abandoned_uploads.hpp"

#include <utility>

#include "base/log.hpp"
#include "remote/second_try.hpp"

namespace xget::remote {
namespace {

constexpr int kMostPages = 10;  // of a thousand uploads each, to keys that begin with this one

bool is_gone(const StoreFailure& failure) {
  return failure.trouble == StoreTrouble::NoUpload || failure.trouble == StoreTrouble::NoKey;
}

}  // namespace

AbandonedUploads::AbandonedUploads(AbandonedSearch search, std::shared_ptr<BucketAccess> bucket,
                                   StoreClient& client, Done done)
    : search_(std::move(search)),
      bucket_(std::move(bucket)),
      client_(client),
      done_(std::move(done)) {
  list();
}

AbandonedUploads::~AbandonedUploads() {
  if (question_ != 0) client_.cancel(question_);
}

void AbandonedUploads::ask(const char* operation, core::Method method,
                           std::vector<QueryParameter> query, Then then) {
  StoreQuestion question;
  question.operation = operation;
  question.subject = search_.name;
  question.asked.method = method;
  question.asked.query = std::move(query);
  const bool of_one = question.asked.query.front().name == "uploadId";
  if (of_one) question.asked.key = search_.key;
  question_ = client_.ask(bucket_, std::move(question), [this, then](StoreOutcome outcome) {
    question_ = 0;
    (this->*then)(std::move(outcome));
  });
}

void AbandonedUploads::list() {
  ++pages_;
  std::vector<QueryParameter> query{
      {"uploads", ""}, {"prefix", search_.key}, {"encoding-type", "url"}};
  if (!from_.key.empty()) query.push_back({"key-marker", from_.key});
  if (!from_.upload_id.empty()) query.push_back({"upload-id-marker", from_.upload_id});
  ask("list the uploads to", core::Method::Get, std::move(query), &AbandonedUploads::on_listed);
}

// Requests that are signed for another time than the store's are refused: its clock and this one
// are no further apart.
bool AbandonedUploads::may_be_one(const ListedUpload& upload) const {
  return upload.key == search_.key && upload.begun && *upload.begun >= search_.since - kAllowedSkew;
}

void AbandonedUploads::on_listed(StoreOutcome outcome) {
  if (!outcome) return end(to_string(outcome.error().error));
  auto page = parse_upload_listing(outcome->body, from_);
  if (!page) return end(to_string(page.error().error));
  for (const ListedUpload& upload : page->uploads) {
    if (may_be_one(upload)) found_.push_back(upload.upload_id);
  }
  if (page->next && pages_ < kMostPages) {
    from_ = *std::move(page->next);
    return list();
  }
  look_at_next();
}

void AbandonedUploads::look_at_next() {
  if (found_.empty()) return end(trouble_);
  ask("list the parts of", core::Method::Get, {{"uploadId", found_.back()}},
      &AbandonedUploads::on_parts);
}

void AbandonedUploads::on_parts(StoreOutcome outcome) {
  const auto parts = outcome ? std::optional(parse_part_listing(outcome->body, 0)) : std::nullopt;
  if (parts && *parts && (*parts)->parts.empty()) {
    log::info("an upload to " + search_.name + " that nobody goes on with is aborted");
    return ask("abort an earlier upload of", core::Method::Delete, {{"uploadId", found_.back()}},
               &AbandonedUploads::on_aborted);
  }
  if (!outcome && !is_gone(outcome.error())) trouble_ = to_string(outcome.error().error);
  found_.pop_back();
  look_at_next();
}

void AbandonedUploads::end(std::string trouble) {
  const Done done = done_;  // it may destroy this
  done(std::move(trouble));
}

void AbandonedUploads::on_aborted(StoreOutcome outcome) {
  if (!outcome && !is_gone(outcome.error())) trouble_ = to_string(outcome.error().error);
  found_.pop_back();
  look_at_next();
}

}  // namespace xget::remote
