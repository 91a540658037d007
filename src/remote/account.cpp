#include "remote/account.hpp"

#include <initializer_list>
#include <utility>

namespace xget::remote {
namespace {

class FixedCredentials final : public CredentialsSource {
 public:
  explicit FixedCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}

  const Credentials* at(WallTime) override { return &credentials_; }
  void fetch(std::function<void(Result<void>)> done) override { done({}); }

 private:
  Credentials credentials_;
};

// The first that is set, and not empty.
std::string first_of(const Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (auto value = environment(name); value && !value->empty()) return *std::move(value);
  }
  return "";
}

Credentials credentials_in(const Environment& environment, StoreKind store) {
  if (store == StoreKind::Oss) {
    return {first_of(environment, {"OSS_ACCESS_KEY_ID"}),
            first_of(environment, {"OSS_ACCESS_KEY_SECRET"}),
            first_of(environment, {"OSS_SESSION_TOKEN"})};
  }
  return {first_of(environment, {"AWS_ACCESS_KEY_ID"}),
          first_of(environment, {"AWS_SECRET_ACCESS_KEY"}),
          first_of(environment, {"AWS_SESSION_TOKEN"})};
}

tl::unexpected<Error> no_credentials(StoreKind store) {
  const bool s3 = store == StoreKind::S3;
  return fail({.code = ErrorCode::Usage,
               .operation = "find",
               .subject = "credentials",
               .cause = s3 ? "neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set"
                           : "neither OSS_ACCESS_KEY_ID nor OSS_ACCESS_KEY_SECRET is set",
               .remedy = "--no-sign-request asks without any"});
}

}  // namespace

Result<Account> find_account(const AccountWishes& wishes, const Environment& environment) {
  const bool s3 = wishes.store == StoreKind::S3;
  Account account{.endpoint_url = wishes.endpoint_url, .region = wishes.region};
  if (account.endpoint_url.empty()) {
    account.endpoint_url = s3 ? first_of(environment, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"})
                              : first_of(environment, {"OSS_ENDPOINT"});
  }
  if (account.region.empty()) {
    account.region = s3 ? first_of(environment, {"AWS_REGION", "AWS_DEFAULT_REGION"})
                        : first_of(environment, {"OSS_REGION"});
  }
  Credentials credentials;
  if (!wishes.anonymous) {
    credentials = credentials_in(environment, wishes.store);
    if (credentials.access_key_id.empty() || credentials.secret_access_key.empty()) {
      return no_credentials(wishes.store);
    }
  }
  account.make_credentials = [credentials] {
    return std::make_shared<FixedCredentials>(credentials);
  };
  return account;
}

}  // namespace xget::remote
