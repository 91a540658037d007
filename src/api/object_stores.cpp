#include "api/object_stores.hpp"

#include <cstdlib>
#include <utility>

#include "api/credential_files.hpp"
#include "api/option_error.hpp"
#include "base/text.hpp"
#include "remote/configured_store.hpp"
#include "remote/object_version.hpp"
#include "remote/profile_files.hpp"

namespace xget::api {
namespace {

std::optional<std::string> in_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
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

Result<NamedUrl> ObjectStores::find(const std::string& url, StoreSide side,
                                    const std::string& version_id) {
  if (!remote::is_object_url(url)) {
    if (!version_id.empty()) {
      return option_error("--version-id", "is of an object of a store: s3://BUCKET/KEY");
    }
    auto parsed = net::parse_url(url);
    if (!parsed) return fail(std::move(parsed.error()));
    return NamedUrl{*std::move(parsed), std::nullopt};
  }
  auto object = find_object(url, side, version_id);
  if (!object) return fail(std::move(object.error()));
  const remote::Place& place = object->object.place;
  auto parsed = net::parse_url(url_of(place, encoded_query(place.store, object->object.query)));
  if (!parsed) return fail(std::move(parsed.error()));
  return NamedUrl{*std::move(parsed), *std::move(object)};
}

Result<ObjectRequest> ObjectStores::find_object(const std::string& url, StoreSide side,
                                                const std::string& version_id) {
  auto named = remote::parse_object_url(url);
  if (!named) return fail(std::move(named.error()));
  if (named->key.empty()) return no_object(*named);
  const auto account = account_of(named->store, side);
  if (!account) return fail(account.error());
  ObjectRequest request{.name = printable(to_text(*named)),
                        .bucket = bucket_of(*named, *account),
                        .object = {.key = named->key,
                                   .place = {},
                                   .query = remote::query_of_version(version_id),
                                   .customer_key = {}}};
  auto place = place_of(request.bucket.endpoint, named->bucket, named->key);
  if (!place) return fail(std::move(place.error()));
  request.object.place = *std::move(place);
  auto customer_key = customer_key_of(side, request.object.place);
  if (!customer_key) return fail(std::move(customer_key.error()));
  request.object.customer_key = *std::move(customer_key);
  return request;
}

Result<remote::BucketSettings> ObjectStores::find_store(const std::string& url) {
  const bool s3 = equals_ignoring_case(url, "s3://");
  if (!s3 && !equals_ignoring_case(url, "oss://")) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "",
                 .subject = printable(url),
                 .cause = "this names no store: s3:// and oss:// do"});
  }
  const remote::StoreKind store = s3 ? remote::StoreKind::S3 : remote::StoreKind::Oss;
  const auto account = account_of(store, StoreSide::Source);
  if (!account) return fail(account.error());
  auto settings = bucket_of({store, "", ""}, *account);
  if (auto place = place_of(settings.endpoint, "", ""); !place) return fail(place.error());
  return settings;
}

Result<PrefixRequest> ObjectStores::find_prefix(const std::string& url, StoreSide side) {
  auto named = remote::parse_object_url(url);
  if (!named) return fail(std::move(named.error()));
  const auto account = account_of(named->store, side);
  if (!account) return fail(account.error());
  PrefixRequest request{.name = printable(to_text(*named)),
                        .bucket = bucket_of(*named, *account),
                        .prefix = named->key};
  // What cannot be asked there at all is told before anything is.
  if (auto place = place_of(request.bucket.endpoint, named->bucket, ""); !place) {
    return fail(std::move(place.error()));
  }
  return request;
}

remote::BucketSettings ObjectStores::bucket_of(const remote::ObjectUrl& url,
                                               const StoreAccount& account) const {
  return {.endpoint = account.endpoint,
          .bucket = url.bucket,
          .requester_pays = options_.requester_pays,
          .account = account.name};
}

// ---- who asks ---------------------------------------------------------------------------------

StoreSideOptions ObjectStores::said_of(StoreSide side) const {
  const bool is_source = side == StoreSide::Source;
  StoreSideOptions said = is_source ? options_.source : options_.destination;
  if (said.endpoint_url.empty()) said.endpoint_url = options_.endpoint_url;
  if (said.profile.empty()) said.profile = options_.profile;
  return said;
}

Result<StoreAccount> ObjectStores::account_of(remote::StoreKind store, StoreSide side) {
  const StoreSideOptions said = said_of(side);
  const std::string name = std::string(store == remote::StoreKind::S3 ? "s3" : "oss") + "\n" +
                           said.endpoint_url + "\n" + said.profile;
  const std::lock_guard lock(mutex_);
  const auto known = accounts_.find(name);
  if (known != accounts_.end()) return known->second;
  auto account = read_account(store, side);
  if (account) account->name = name;
  return accounts_.emplace(name, std::move(account)).first->second;
}

Result<StoreAccount> ObjectStores::read_account(remote::StoreKind store, StoreSide side) const {
  auto profiles =
      remote::read_profiles(remote::profile_paths(in_environment), options_.credentials_file);
  if (!profiles) return fail(std::move(profiles.error()));
  const StoreSideOptions said = said_of(side);
  const bool by_profile = said.profile != options_.profile;
  remote::CredentialWishes wishes{
      .store = store,
      .anonymous = options_.anonymous && !by_profile,
      .command = by_profile ? std::vector<std::string>() : options_.credentials_command,
      .profile = said.profile,
      .own_file = !options_.credentials_file.empty(),
      .region = options_.region};
  const auto profile = chosen_profile(wishes, in_environment, *profiles);
  if (!profile) return fail(profile.error());
  auto endpoint = configured_store(store, in_environment, *profile);
  if (!endpoint) return fail(std::move(endpoint.error()));
  if (!said.endpoint_url.empty()) endpoint->url = said.endpoint_url;
  if (!options_.region.empty()) endpoint->region = options_.region;
  if (options_.bucket_style != BucketStyle::Auto) {
    endpoint->path_style = path_style_of(options_.bucket_style);
  }
  auto plan = plan_credentials(wishes, in_environment, *profiles);
  if (!plan) return fail(std::move(plan.error()));
  return StoreAccount{"", *std::move(endpoint), *std::move(plan)};
}

// Read once, so that a run has one key, and a pipe can bring it.
Result<std::optional<remote::CustomerKey>> ObjectStores::customer_key_of(
    StoreSide side, const remote::Place& place) {
  const std::string& file = said_of(side).customer_key_file;
  if (file.empty()) return std::nullopt;
  if (place.store != remote::StoreKind::S3) {
    return option_error("--sse-c-key-file", "OSS takes no keys of its users' own",
                        "without it, --sse has OSS encrypt with keys of its own");
  }
  if (!remote::is_private_way(place)) {
    return option_error("--sse-c-key-file",
                        "the key would go to " + authority(place) + " in clear, over plain http",
                        "give the store's endpoint as https://");
  }
  const std::lock_guard lock(mutex_);
  const auto known = customer_keys_.find(file);
  const auto& key =
      known != customer_keys_.end()
          ? known->second
          : customer_keys_.emplace(file, read_customer_key("--sse-c-key-file", file)).first->second;
  if (!key) return fail(key.error());
  return *key;
}

std::shared_ptr<remote::PlannedCredentials> ObjectStores::credentials_of(
    const std::string& account) {
  auto& credentials = credentials_[account];
  if (credentials) return credentials;
  const std::lock_guard lock(mutex_);
  credentials = std::make_shared<remote::PlannedCredentials>(accounts_.at(account)->credentials,
                                                             way_, *ports_);
  return credentials;
}

// ---- the loop's -------------------------------------------------------------------------------

void ObjectStores::use(remote::CredentialPorts ports, engine::HttpSourceSettings way) {
  ports_.emplace(ports);
  way_ = std::move(way);
}

std::unique_ptr<core::Transport> ObjectStores::open(const ObjectRequest& request,
                                                    core::Transport& wire) {
  return std::make_unique<remote::ObjectTransport>(wire, access(request.bucket), request.object);
}

std::shared_ptr<remote::BucketAccess> ObjectStores::access(const remote::BucketSettings& bucket) {
  auto& access = buckets_[bucket.account + "\n" + bucket.bucket];
  if (!access) {
    access = std::make_shared<remote::BucketAccess>(bucket, credentials_of(bucket.account),
                                                    ports_->clock);
  }
  return access;
}

void ObjectStores::on_time(Instant now) {
  for (const auto& [account, credentials] : credentials_) credentials->on_time(now);
}

std::optional<Instant> ObjectStores::next_deadline() const {
  std::optional<Instant> next;
  for (const auto& [account, credentials] : credentials_) {
    next = earliest(next, credentials->next_deadline());
  }
  return next;
}

}  // namespace xget::api
