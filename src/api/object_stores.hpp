// Objects in stores, as URLs name them (s3://BUCKET/KEY, oss://BUCKET/KEY): where they are, and for
// whom they are asked. What the environment and the profiles in ~/.aws say is read when the first
// object is asked for.
// Thread: any, where nothing else is said.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "net/url.hpp"
#include "remote/bucket_access.hpp"
#include "remote/credential_plan.hpp"
#include "remote/customer_key.hpp"
#include "remote/object_transport.hpp"
#include "remote/object_url.hpp"
#include "remote/planned_credentials.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

struct ObjectRequest {
  std::string name;  // "s3://bucket/key", printable
  remote::BucketSettings bucket;
  remote::ObjectSettings object;
};

// What a URL without an object's whole name means: a bucket, or those of its keys that begin alike.
struct PrefixRequest {
  std::string name;  // "s3://bucket/prefix", printable
  remote::BucketSettings bucket;
  std::string prefix;  // raw; empty: the whole bucket
};

// A URL that a job names: of the web, or of an object, which is asked for by HTTP in the end.
struct NamedUrl {
  net::Url url;
  std::optional<ObjectRequest> object;  // nullopt: it is of the web
};

// The last component of a URL's path, decoded, and the URL as it may be shown.
struct NameInUrl {
  std::string last;  // empty: the URL ends in none
  std::string shown;
};
Result<NameInUrl> name_in_url(const std::string& url);
NameInUrl name_in_url(const NamedUrl& url);

// What a store is told of who asks, and where it is, before any option.
struct StoreAccount {
  std::string name;  // the same for both sides where they are one
  remote::EndpointSettings endpoint;
  remote::CredentialPlan credentials;
};

class ObjectStores {
 public:
  explicit ObjectStores(ObjectStoreOptions options) : options_(std::move(options)) {}

  // `version_id`: of an object; empty: the version that is there now. Fails with Usage: it is no
  // URL, none of an object, or nobody is known who could ask for it.
  Result<NamedUrl> find(const std::string& url, StoreSide side = StoreSide::Source,
                        const std::string& version_id = {});

  // Likewise, of an object alone.
  Result<ObjectRequest> find_object(const std::string& url, StoreSide side = StoreSide::Source,
                                    const std::string& version_id = {});

  // Of "s3://" or "oss://": the store itself.
  Result<remote::BucketSettings> find_store(const std::string& url);

  // Fails with Usage: it names no bucket, or nobody is known who could ask there.
  Result<PrefixRequest> find_prefix(const std::string& url, StoreSide side = StoreSide::Source);

  // ---- the loop's; what is fetched for credentials needs it to turn ----

  // The ports must outlive this. `way`: its proxies and rules count for credentials, too.
  void use(remote::CredentialPorts ports, engine::HttpSourceSettings way);
  // What asks for the object; all that ask in one bucket share what they learn.
  std::unique_ptr<core::Transport> open(const ObjectRequest& request, core::Transport& wire);
  std::shared_ptr<remote::BucketAccess> access(const remote::BucketSettings& bucket);
  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

 private:
  // What the options say of one side.
  [[nodiscard]] StoreSideOptions said_of(StoreSide side) const;
  Result<StoreAccount> account_of(remote::StoreKind store, StoreSide side);
  [[nodiscard]] Result<StoreAccount> read_account(remote::StoreKind store, StoreSide side) const;
  [[nodiscard]] remote::BucketSettings bucket_of(const remote::ObjectUrl& url,
                                                 const StoreAccount& account) const;
  Result<std::optional<remote::CustomerKey>> customer_key_of(StoreSide side,
                                                             const remote::Place& place);
  std::shared_ptr<remote::PlannedCredentials> credentials_of(const std::string& account);

  const ObjectStoreOptions options_;
  std::mutex mutex_;                                      // guards the accounts and the keys
  std::map<std::string, Result<StoreAccount>> accounts_;  // by their names

  std::map<std::string, Result<remote::CustomerKey>> customer_keys_;  // by their files

  // The loop's alone.
  std::optional<remote::CredentialPorts> ports_;
  engine::HttpSourceSettings way_;
  std::map<std::string, std::shared_ptr<remote::PlannedCredentials>> credentials_;  // likewise
  std::map<std::string, std::shared_ptr<remote::BucketAccess>> buckets_;
};

}  // namespace xget::api
