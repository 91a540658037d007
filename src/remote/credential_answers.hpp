// What commands, portals and metadata services say when they are asked for credentials: JSON, each
// in words of its own. What is of no use is told without a word of it. STS's XML is in
// account_answers.hpp.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html
// Thread: any; pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/time.hpp"
#include "remote/signature.hpp"

namespace xget::remote {

struct FetchedCredentials {
  Credentials credentials;
  std::optional<WallTime> end;  // nullopt: nobody said one
};

// Or why they are of no use, in words that follow "credentials from SOMEWHERE: ".
using CredentialAnswer = tl::expected<FetchedCredentials, std::string>;

// A command's output, version 1 of its form.
CredentialAnswer parse_command_credentials(std::string_view text);
// Of EC2 and of a container's endpoint.
CredentialAnswer parse_metadata_credentials(std::string_view text);
// Of IAM Identity Center's portal (GetRoleCredentials).
CredentialAnswer parse_sso_credentials(std::string_view text);

// What `aws sso login` keeps.
struct SsoToken {
  std::string token;
  WallTime end;
};
tl::expected<SsoToken, std::string> parse_sso_token(std::string_view text);

}  // namespace xget::remote
