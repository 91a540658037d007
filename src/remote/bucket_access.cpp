#include "remote/bucket_access.hpp"

#include <utility>

#include "base/log.hpp"
#include "remote/object_head.hpp"

namespace xget::remote {
namespace {

const char* name_of(core::Method method) {
  switch (method) {
    case core::Method::Get: return "GET";
    case core::Method::Head: return "HEAD";
    case core::Method::Put: return "PUT";
    case core::Method::Post: return "POST";
    case core::Method::Delete: return "DELETE";
  }
  return "";
}

}  // namespace

BucketAccess::BucketAccess(BucketSettings settings, std::shared_ptr<CredentialsSource> credentials,
                           core::Clock& clock)
    : settings_(std::move(settings)), credentials_(std::move(credentials)), clock_(clock) {}

Result<Place> BucketAccess::place(std::string_view key) const {
  return place_of(settings_.endpoint, settings_.bucket, key);
}

bool BucketAccess::have_credentials(std::function<void(Result<void>)> done) {
  if (credentials_->at(clock_.wall_now()) != nullptr) return true;
  credentials_->fetch(std::move(done));
  return false;
}

void BucketAccess::renew_credentials(std::function<void(Result<void>)> done) {
  credentials_->fetch(std::move(done));
}

core::HttpRequest BucketAccess::request_for(const BucketQuestion& question, const Place& place) {
  core::HttpRequest request{.method = question.method,
                            .url = url_of(place, encoded_query(place.store, question.query)),
                            .headers = question.headers};
  if (settings_.requester_pays) {
    request.headers.push_back({own_prefix(store()) + "request-payer", "requester"});
  }
  const WallTime now = clock_.wall_now();
  const Credentials* credentials = credentials_->at(now);
  if (credentials == nullptr || credentials->access_key_id.empty()) return request;
  const auto signature = signature_headers(
      {.method = name_of(question.method),
       .place = place,
       .query = question.query,
       .headers = request.headers,
       .also_signed = {},
       .payload = question.payload},
      {.credentials = *credentials, .region = signing_region(settings_.endpoint), .service = ""},
      now + clock_correction_);
  request.headers.insert(request.headers.end(), signature.begin(), signature.end());
  return request;
}

Result<PresignedUrl> BucketAccess::presigned_url(const BucketQuestion& question,
                                                 std::chrono::seconds lifetime) {
  const auto place = place_of(settings_.endpoint, settings_.bucket, question.key);
  if (!place) return fail(place.error());
  const WallTime now = clock_.wall_now();
  const Credentials* credentials = credentials_->at(now);
  if (credentials == nullptr || credentials->access_key_id.empty()) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "sign a URL",
                 .subject = "",
                 .cause = "who asks is anonymous, and has nothing to sign with"});
  }
  RequestToSign request{.method = name_of(question.method),
                        .place = *place,
                        .query = question.query,
                        .headers = question.headers,
                        .also_signed = {},
                        .payload = {}};
  if (settings_.requester_pays) {
    request.query.push_back({own_prefix(store()) + "request-payer", "requester"});
  }
  auto url = remote::presigned_url(
      request,
      {.credentials = *credentials, .region = signing_region(settings_.endpoint), .service = ""},
      now + clock_correction_, lifetime);
  if (!url) return fail(std::move(url.error()));
  return PresignedUrl{.url = *std::move(url),
                      .temporary = !credentials->session_token.empty(),
                      .credentials_end = credentials_->end()};
}

bool BucketAccess::learn(const core::ResponseHead& head, const StoreError& refusal) {
  if (const auto region = other_region(settings_.endpoint, head, refusal)) {
    log::info(settings_.bucket + " is in " + *region);
    settings_.endpoint.region = *region;
    return true;
  }
  const auto correction = clock_correction(head, refusal, clock_.wall_now());
  if (!correction) return false;
  log::info("the store's clock differs by " + std::to_string(correction->count()) + " s");
  clock_correction_ = *correction;
  return true;
}

}  // namespace xget::remote
