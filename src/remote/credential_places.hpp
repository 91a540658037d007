// What each place that credentials may come from says of them; which place counts,
// credential_plan.hpp decides. What is configured there and cannot do is an error (Usage), which
// names the place and never a secret. Thread: any; pure.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "remote/credential_origin.hpp"
#include "remote/environment.hpp"
#include "remote/profiles.hpp"
#include "remote/store_kind.hpp"
#include "xget/error.hpp"

namespace xget::remote {

struct FoundOrigin {
  CredentialOrigin origin;
  std::string source;  // for messages: "the environment"
};
using MayFind = Result<std::optional<FoundOrigin>>;  // nullopt: nothing is configured there

MayFind keys_in_environment(StoreKind store, const Environment& environment);

// `keys` is one of the two that the profile has.
MayFind keys_in_profile(const Credentials& keys, const Profile& profile);
MayFind command_in(const Profile& profile);
MayFind sso_role_in(const Profile& profile, const Environment& environment);
// Each may be null: it does not count.
MayFind web_identity_of(const Environment* environment, const Profile* profile);
// Of a profile that has one.
Result<RoleToAssume> role_of(const Profile& profile);

MayFind container_endpoint(const Environment& environment);
// nullopt: it is switched off. Whether this machine has any, nobody knows before it is asked.
MayFind machine_metadata(const Environment& environment);

// ---- for messages and URLs ------------------------------------------------------------------

// "find credentials in SUBJECT: CAUSE"
tl::unexpected<Error> credential_error(std::string subject, std::string cause,
                                       std::string remedy = "");
std::string name_of(const Profile& profile);
std::string without_last_slashes(std::string url);

}  // namespace xget::remote
