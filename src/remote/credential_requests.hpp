// The requests that credentials are asked for with. What each answer is like says the header of
// its parser (credential_answers.hpp, account_answers.hpp).
//
// They fail with why the request cannot be made: a URL that is none, a text that no header field
// can hold. That says nothing of the text, which may be secret.
// Thread: any; pure.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "base/time.hpp"
#include "core/ports.hpp"
#include "remote/credential_origin.hpp"
#include "remote/signature.hpp"

namespace xget::remote {

using CredentialRequest = tl::expected<core::HttpRequest, std::string>;

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
CredentialRequest assume_role_request(const TokenService& service, const RoleToAssume& role,
                                      const Credentials& credentials, WallTime now);
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
CredentialRequest web_identity_request(const TokenService& service, const RoleToAssume& role,
                                       std::string_view token);

// https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html
CredentialRequest sso_request(const SsoRole& role, const std::string& token);

// `token` is sent as it is; empty: none.
CredentialRequest container_request(const std::string& url, const std::string& token);

// EC2's metadata, version 2: a token is put first, then the role's name and its credentials are
// asked for with it.
CredentialRequest metadata_token_request(const MachineMetadata& machine);
CredentialRequest metadata_role_request(const MachineMetadata& machine, const std::string& token);
CredentialRequest metadata_credentials_request(const MachineMetadata& machine,
                                               const std::string& token, std::string_view role);

}  // namespace xget::remote
