// Buckets: listed, made, removed.
#include <atomic>
#include <memory>
#include <span>
#include <utility>

#include "api/store_desk.hpp"
#include "base/digest.hpp"
#include "base/shell_word.hpp"
#include "base/text.hpp"
#include "remote/listing_answers.hpp"
#include "remote/store_bodies.hpp"
#include "remote/text_body.hpp"
#include "xget/object_store.hpp"

namespace xget {
namespace {

using remote::StoreTrouble;

Result<api::PrefixRequest> bucket_at(api::StoreDesk& desk, const std::string& url) {
  auto request = desk.stores().find_prefix(url);
  if (!request || request->prefix.empty()) return request;
  return fail({.code = ErrorCode::Usage,
               .operation = "",
               .subject = request->name,
               .cause = "it names an object, and no bucket alone"});
}

struct Asked {
  remote::StoreOutcome outcome;
  bool repeated = false;  // an earlier try, whose answer was lost, may have done it
};

Asked ask(api::StoreDesk& desk, const remote::BucketSettings& bucket,
          remote::StoreQuestion question) {
  auto repeated = std::make_shared<std::atomic<bool>>(false);
  question.on_retry = [repeated](const core::Failure&, Duration) { *repeated = true; };
  remote::StoreOutcome outcome = desk.ask(bucket, std::move(question)).get();
  return {std::move(outcome), *repeated};
}

// A bucket of OSS is where its endpoint is.
std::string body_of(const remote::EndpointSettings& endpoint) {
  if (endpoint.store != remote::StoreKind::S3) return "";
  return remote::create_bucket_body(endpoint.url.empty() ? signing_region(endpoint)
                                                         : endpoint.region);
}

Error in_words(remote::StoreFailure failure, const std::string& name) {
  Error& error = failure.error;
  switch (failure.trouble) {
    case StoreTrouble::BucketOwned:
      error.code = ErrorCode::Exists;
      error.cause = "it is there already, and yours";
      break;
    case StoreTrouble::BucketTaken:
      error.code = ErrorCode::Exists;
      error.cause = "somebody has a bucket of that name";
      error.remedy = "take another name";
      break;
    case StoreTrouble::NoBucket:
    case StoreTrouble::NoKey: error.cause = "there is no such bucket"; break;
    case StoreTrouble::BucketNotEmpty:
      error.cause = "it is not empty";
      error.remedy = "xget rm -r " + shell_quoted(name) +
                     " deletes the objects in it (of a versioned bucket older versions stay)";
      break;
    default: break;
  }
  return std::move(error);
}

remote::BucketQuestion page_of_buckets(remote::StoreKind store, const std::string& from) {
  remote::BucketQuestion question;
  const bool s3 = store == remote::StoreKind::S3;
  if (!s3) question.query.push_back({"max-keys", "1000"});
  if (!from.empty()) question.query.push_back({s3 ? "continuation-token" : "marker", from});
  return question;
}

}  // namespace

Result<std::vector<Bucket>> list_buckets(Session& session, const std::string& store) {
  api::StoreDesk& desk = api::SessionAccess::store_desk(session);
  const auto settings = desk.stores().find_store(store);
  if (!settings) return fail(settings.error());
  const remote::StoreKind kind = settings->endpoint.store;
  std::vector<Bucket> buckets;
  std::optional<std::string> from = "";
  while (from) {
    auto outcome = desk.ask(*settings, {.operation = "list the buckets of",
                                        .subject = store,
                                        .asked = page_of_buckets(kind, *from),
                                        .body = nullptr,
                                        .on_retry = nullptr})
                       .get();
    if (!outcome) return fail(std::move(outcome.error().error));
    auto listing = remote::parse_bucket_listing(outcome->body, *from);
    if (!listing) return fail(std::move(listing.error().error));
    for (remote::ListedBucket& bucket : listing->buckets) {
      std::string url = to_text(remote::ObjectUrl{kind, bucket.name, ""});
      buckets.push_back(
          {std::move(bucket.name), std::move(url), bucket.created, std::move(bucket.region)});
    }
    from = std::move(listing->next);
  }
  return buckets;
}

Result<void> make_bucket(Session& session, const std::string& url) {
  api::StoreDesk& desk = api::SessionAccess::store_desk(session);
  auto request = bucket_at(desk, url);
  if (!request) return fail(std::move(request.error()));
  remote::StoreQuestion question{.operation = "make the bucket",
                                 .subject = request->name,
                                 .asked = {},
                                 .body = nullptr,
                                 .on_retry = nullptr};
  question.asked.method = core::Method::Put;
  const std::string body = body_of(request->bucket.endpoint);
  if (!body.empty()) question.asked.headers.push_back({"Content-Type", "application/xml"});
  question.asked.payload = remote::Payload::hashed(sha256(std::as_bytes(std::span(body))));
  question.body = std::make_shared<remote::TextBody>(body);
  Asked asked = ask(desk, request->bucket, std::move(question));
  if (asked.outcome) return {};
  remote::StoreFailure& failure = asked.outcome.error();
  if (asked.repeated && failure.trouble == StoreTrouble::BucketOwned) return {};
  return fail(in_words(std::move(failure), request->name));
}

Result<void> remove_bucket(Session& session, const std::string& url) {
  api::StoreDesk& desk = api::SessionAccess::store_desk(session);
  auto request = bucket_at(desk, url);
  if (!request) return fail(std::move(request.error()));
  remote::StoreQuestion question{.operation = "remove the bucket",
                                 .subject = request->name,
                                 .asked = {},
                                 .body = nullptr,
                                 .on_retry = nullptr};
  question.asked.method = core::Method::Delete;
  Asked asked = ask(desk, request->bucket, std::move(question));
  if (asked.outcome) return {};
  remote::StoreFailure& failure = asked.outcome.error();
  if (asked.repeated && failure.trouble == StoreTrouble::NoBucket) return {};
  return fail(in_words(std::move(failure), request->name));
}

}  // namespace xget
