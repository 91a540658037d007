// Who asks a store: what the environment says of it, unless the user does.
// Thread: any; reads the environment it is given, and nothing else.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "remote/credentials_source.hpp"
#include "remote/store_kind.hpp"
#include "xget/error.hpp"

namespace xget::remote {

using Environment = std::function<std::optional<std::string>(const char* name)>;

struct AccountWishes {
  StoreKind store = StoreKind::S3;
  std::string endpoint_url;  // empty: what the environment says
  std::string region;        // likewise
  bool anonymous = false;
};

struct Account {
  std::string endpoint_url;  // empty: Amazon's or Alibaba's own
  std::string region;        // empty: nobody said
  // On the loop thread.
  std::function<std::shared_ptr<CredentialsSource>()> make_credentials;
};

// Fails with Usage where no credentials can be found and none were declined.
Result<Account> find_account(const AccountWishes& wishes, const Environment& environment);

}  // namespace xget::remote
