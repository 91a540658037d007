// One bucket as its requests need it: where it is, and for whom they are signed. What a refusal
// teaches (another region, the store's clock) is known to all who share it from then on.
// Thread: loop.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports.hpp"
#include "remote/credentials_source.hpp"
#include "remote/endpoint.hpp"
#include "remote/second_try.hpp"
#include "remote/signature.hpp"
#include "remote/store_error.hpp"
#include "remote/uri_encoding.hpp"
#include "xget/error.hpp"
#include "xget/object_store.hpp"

namespace xget::remote {

struct BucketSettings {
  EndpointSettings endpoint;
  std::string bucket;  // empty: the store itself, to list its buckets
  bool requester_pays = false;
  std::string account;  // names who asks, among those that one process knows
};

// What is asked of it. With `key` empty it is the bucket itself.
struct BucketQuestion {
  core::Method method = core::Method::Get;
  std::string key;  // raw
  std::vector<QueryParameter> query;
  std::vector<core::Header> headers;
  Payload payload;
};

class BucketAccess {
 public:
  // `clock` must outlive it.
  BucketAccess(BucketSettings settings, std::shared_ptr<CredentialsSource> credentials,
               core::Clock& clock);

  // Where the question goes, by what is known now. Fails with Usage, as place_of.
  [[nodiscard]] Result<Place> place(std::string_view key) const;

  // Whether credentials are there; if not, `done` is called once, later.
  bool have_credentials(std::function<void(Result<void>)> done);
  // The store takes these no more: gets others.
  void renew_credentials(std::function<void(Result<void>)> done);
  // Method, URL and header fields. Only while there are credentials; else nothing is signed.
  [[nodiscard]] core::HttpRequest request_for(const BucketQuestion& question, const Place& place);

  // Only while there are credentials. Its header fields are for whoever uses it to send. Fails with
  // Usage: the credentials are for nobody, or it cannot be good for so long.
  [[nodiscard]] Result<PresignedUrl> presigned_url(const BucketQuestion& question,
                                                   std::chrono::seconds lifetime);

  // Whether the same question may be answered now that was refused in this way. An answer may lie:
  // to be heeded once for each question.
  bool learn(const core::ResponseHead& head, const StoreError& refusal);

  // Whether versions may be named that nobody asked for by name, as far as is known.
  [[nodiscard]] bool may_name_versions() const { return may_name_versions_; }
  void name_no_versions() { may_name_versions_ = false; }

  [[nodiscard]] StoreKind store() const { return settings_.endpoint.store; }
  [[nodiscard]] const std::string& bucket() const { return settings_.bucket; }

 private:
  BucketSettings settings_;
  std::shared_ptr<CredentialsSource> credentials_;
  core::Clock& clock_;
  std::chrono::seconds clock_correction_{0};
  bool may_name_versions_ = true;
};

}  // namespace xget::remote
