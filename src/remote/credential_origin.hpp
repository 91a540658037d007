// The origins that credentials may have, and what is to be known to get them there. Plain data;
// what it holds may be secret.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "remote/signature.hpp"

namespace xget::remote {

// Known already. Without an access_key_id: nothing is to be signed.
struct KnownCredentials {
  Credentials credentials;
};

// What a command prints.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
struct CredentialCommand {
  std::vector<std::string> words;
};

// A role in IAM Identity Center, for the token that `aws sso login` left.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-sso-credentials.html
struct SsoRole {
  std::string token_file;
  std::string url;  // of the portal, ends without "/"
  std::string account_id;
  std::string role_name;
  std::string login;  // the command that leaves another token
};

struct RoleToAssume {
  std::string arn;
  std::string session_name;
  std::string external_id;       // empty: none
  std::string duration_seconds;  // empty: the service's own
};

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html
struct WebIdentity {
  RoleToAssume role;
  std::string token_file;
};

// Where roles are assumed.
struct TokenService {
  std::string url;  // ends without "/"
  std::string region;
};

// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
struct ContainerEndpoint {
  std::string url;
  std::string token;       // empty: none
  std::string token_file;  // empty: `token` counts
};

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
struct MachineMetadata {
  std::string url;  // ends without "/"
};

using CredentialOrigin = std::variant<KnownCredentials, CredentialCommand, SsoRole, WebIdentity,
                                      ContainerEndpoint, MachineMetadata>;

}  // namespace xget::remote
