#include "api/object_stores.hpp"

#include <cstdlib>
#include <utility>

#include "base/text.hpp"
#include "remote/object_url.hpp"

namespace xget::api {
namespace {

std::optional<std::string> in_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

remote::PathStyle path_style_of(BucketStyle style) {
  switch (style) {
    case BucketStyle::Auto: return remote::PathStyle::Auto;
    case BucketStyle::Path: return remote::PathStyle::On;
    case BucketStyle::Host: return remote::PathStyle::Off;
  }
  return remote::PathStyle::Auto;
}

std::string last_component(const std::string& key) { return key.substr(key.rfind('/') + 1); }

tl::unexpected<Error> no_object(const remote::ObjectUrl& url) {
  return fail({.code = ErrorCode::Usage,
               .operation = "",
               .subject = printable(to_text(url)),
               .cause = "it names a bucket, and no object in it",
               .remedy = "give the object's key: " + printable(to_text(url)) + "KEY"});
}

}  // namespace

Result<NameInUrl> name_in_url(const std::string& url) {
  if (!remote::is_object_url(url)) {
    auto parsed = net::parse_url(url);
    if (!parsed) return fail(std::move(parsed.error()));
    return name_in_url(NamedUrl{*std::move(parsed), std::nullopt});
  }
  const auto object = remote::parse_object_url(url);
  if (!object) return fail(object.error());
  return NameInUrl{last_component(object->key), printable(to_text(*object))};
}

NameInUrl name_in_url(const NamedUrl& url) {
  if (url.object) return {last_component(url.object->object.key), url.object->name};
  return {net::decoded_last_path_component(url.url), net::without_secrets(url.url.text)};
}

Result<NamedUrl> ObjectStores::find(const std::string& url) {
  if (!remote::is_object_url(url)) {
    auto parsed = net::parse_url(url);
    if (!parsed) return fail(std::move(parsed.error()));
    return NamedUrl{*std::move(parsed), std::nullopt};
  }
  auto object = object_of(url);
  if (!object) return fail(std::move(object.error()));
  const remote::Place& place = object->object.place;
  auto parsed = net::parse_url(url_of(place, encoded_query(place.store, object->object.query)));
  if (!parsed) return fail(std::move(parsed.error()));
  return NamedUrl{*std::move(parsed), *std::move(object)};
}

Result<ObjectRequest> ObjectStores::object_of(const std::string& url) {
  auto named = remote::parse_object_url(url);
  if (!named) return fail(std::move(named.error()));
  if (named->key.empty()) return no_object(*named);
  const auto account = account_of(named->store);
  if (!account) return fail(account.error());
  ObjectRequest request{.name = printable(to_text(*named)),
                        .bucket = {.endpoint = {.store = named->store,
                                                .url = account->endpoint_url,
                                                .region = account->region,
                                                .path_style = path_style_of(options_.bucket_style)},
                                   .bucket = named->bucket,
                                   .requester_pays = options_.requester_pays},
                        .object = {.key = named->key, .place = {}, .query = {}, .headers = {}}};
  auto place = place_of(request.bucket.endpoint, named->bucket, named->key);
  if (!place) return fail(std::move(place.error()));
  request.object.place = *std::move(place);
  return request;
}

Result<remote::Account> ObjectStores::account_of(remote::StoreKind store) {
  const std::lock_guard lock(mutex_);
  const auto known = accounts_.find(store);
  if (known != accounts_.end()) return known->second;
  auto account = remote::find_account({.store = store,
                                       .endpoint_url = options_.endpoint_url,
                                       .region = options_.region,
                                       .anonymous = options_.anonymous},
                                      in_environment);
  return accounts_.emplace(store, std::move(account)).first->second;
}

std::unique_ptr<core::Transport> ObjectStores::open(const ObjectRequest& request,
                                                    core::Transport& wire, core::Clock& clock) {
  return std::make_unique<remote::ObjectTransport>(wire, access(request.bucket, clock),
                                                   request.object);
}

std::shared_ptr<remote::BucketAccess> ObjectStores::access(const remote::BucketSettings& bucket,
                                                           core::Clock& clock) {
  const remote::StoreKind store = bucket.endpoint.store;
  auto& credentials = credentials_[store];
  if (!credentials) credentials = account_of(store)->make_credentials();
  auto& access = buckets_[to_text(remote::ObjectUrl{store, bucket.bucket, ""})];
  if (!access) access = std::make_shared<remote::BucketAccess>(bucket, credentials, clock);
  return access;
}

}  // namespace xget::api
