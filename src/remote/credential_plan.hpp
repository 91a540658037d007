// Where a store's credentials are to come from: a decision of what the user says, the environment
// and the profiles.
//
// The order is botocore's: for S3 the environment's keys, unless a profile was asked for; a role of
// the profile; a web identity, single sign-on, keys in the credentials file, a command, keys in the
// config file; a container's endpoint; EC2's metadata. What is configured is used, and if it fails,
// that is told: the next one's credentials could be for another account. So there is one origin,
// and only the last one may turn out not to be there. OSS has keys in its own variables, or what
// the user asks for by name.
// Thread: any; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "remote/credential_origin.hpp"
#include "remote/environment.hpp"
#include "remote/profiles.hpp"
#include "remote/store_kind.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// What the user asks for; empty: nothing.
struct CredentialWishes {
  StoreKind store = StoreKind::S3;
  bool anonymous = false;
  std::vector<std::string>
      command;  // a program and its arguments; says what credential_process's do
  std::string profile;
  bool own_file = false;  // the profiles are those of a file that was named for this
  std::string region;     // S3
};

struct CredentialPlan {
  CredentialOrigin origin;
  std::string source;               // where that is, for messages: "the environment"
  std::vector<RoleToAssume> roles;  // each by the credentials of the one before it
  TokenService token_service;
  std::string passed_over;  // what was looked at before, for messages
};

// The profile that counts: asked for, or in the environment, else "default"; for OSS only where the
// user asks for one, or for a file. nullopt: there is none. Fails with Usage where one that was
// named is missing, or as Profiles::find.
Result<std::optional<Profile>> chosen_profile(const CredentialWishes& wishes,
                                              const Environment& environment,
                                              const Profiles& profiles);

// Fails with Usage: nothing is configured, or what is cannot do; never with a secret.
Result<CredentialPlan> plan_credentials(const CredentialWishes& wishes,
                                        const Environment& environment, const Profiles& profiles);

}  // namespace xget::remote
