#include "xget/object_store.hpp"

#include <utility>

#include "api/option_error.hpp"
#include "api/store_desk.hpp"
#include "remote/object_facts.hpp"
#include "remote/object_head.hpp"

namespace xget {
namespace {

using api::SessionAccess;

constexpr int kBadRequest = 400;

// A HEAD's refusal has no words of its own.
Error in_words(remote::StoreFailure failure, bool with_key) {
  Error& error = failure.error;
  if (failure.trouble == remote::StoreTrouble::NoKey) {
    error.cause = "there is no such object, or no such bucket";
  } else if (failure.trouble == remote::StoreTrouble::Denied) {
    error.cause = "the store does not allow it (" + error.cause + ")";
  } else if (error.number == kBadRequest) {
    error.cause = "the store takes the question for a wrong one (" + error.cause + ")";
    error.remedy = with_key ? "is it encrypted with another key, or with none of your own?"
                            : "is it encrypted with a key of your own? --sse-c-key-file FILE";
  }
  return std::move(error);
}

// Where a bucket is on Amazon's servers they say to whoever asks at the wrong place; a URL for
// others has nobody to tell. What else they answer is of no matter.
Result<void> find_region(api::StoreDesk& desk, const api::ObjectRequest& request) {
  const remote::EndpointSettings& endpoint = request.bucket.endpoint;
  if (endpoint.store != remote::StoreKind::S3 || !endpoint.url.empty()) return {};
  remote::StoreQuestion question{.operation = "find the region of",
                                 .subject = "s3://" + request.bucket.bucket,
                                 .asked = {},
                                 .body = nullptr,
                                 .on_retry = nullptr};
  question.asked.method = core::Method::Head;
  const auto answer = desk.ask(request.bucket, std::move(question)).get();
  if (answer || answer.error().error.code == ErrorCode::Refused) return {};
  return fail(answer.error().error);
}

}  // namespace

Result<ObjectFacts> look_at_object(Session& session, const ObjectQuestion& object) {
  api::StoreDesk& desk = SessionAccess::store_desk(session);
  auto request = desk.stores().find_object(object.url, StoreSide::Source, object.version_id);
  if (!request) return fail(std::move(request.error()));
  remote::StoreQuestion question{.operation = "look at",
                                 .subject = request->name,
                                 .asked = {},
                                 .body = nullptr,
                                 .on_retry = nullptr};
  question.asked.method = core::Method::Head;
  question.asked.key = request->object.key;
  question.asked.query = request->object.query;
  question.asked.headers = remote::object_fields({}, request->bucket.endpoint.store);
  add_key(request->object.customer_key, question.asked.headers);
  auto answer = desk.ask(request->bucket, std::move(question)).get();
  if (!answer) {
    return fail(in_words(std::move(answer.error()), request->object.customer_key.has_value()));
  }
  auto facts = remote::read_object_facts(answer->head);
  if (!facts) {
    facts.error().operation = "look at";
    facts.error().subject = request->name;
  }
  return facts;
}

Result<PresignedUrl> presign(Session& session, const PresignSpec& spec) {
  api::StoreDesk& desk = SessionAccess::store_desk(session);
  auto request =
      desk.stores().find_object(spec.object.url, StoreSide::Source, spec.object.version_id);
  if (!request) return fail(std::move(request.error()));
  if (request->object.customer_key) {
    return api::option_error("--sse-c-key-file", "a URL cannot carry the key along");
  }
  if (auto found = find_region(desk, *request); !found) return fail(std::move(found.error()));
  remote::BucketQuestion question;
  question.method = spec.put ? core::Method::Put : core::Method::Get;
  question.key = request->object.key;
  question.query = request->object.query;
  auto url = desk.presign(request->bucket, question, spec.lifetime).get();
  if (!url && url.error().subject.empty()) url.error().subject = request->name;
  return url;
}

}  // namespace xget
