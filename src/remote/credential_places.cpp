#include "remote/credential_places.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "base/command_words.hpp"
#include "base/digest.hpp"
#include "base/shell_word.hpp"
#include "base/text.hpp"
#include "net/url.hpp"
#include "remote/configured_store.hpp"
#include "remote/endpoint.hpp"

namespace xget::remote {
namespace {

constexpr std::string_view kContainerHost = "http://169.254.170.2";
constexpr std::string_view kMachineUrl = "http://169.254.169.254";
constexpr std::string_view kMachineUrlV6 = "http://[fd00:ec2::254]";
constexpr std::string_view kSessionName = "xget";  // of a role, in its account's records

bool is_on(const Environment& environment, const std::string& name) {
  return equals_ignoring_case(value_of(environment, name), "true");
}

// What is in force for keys whose names are given. Fails where one of two is missing.
MayFind keys_found(const Credentials& keys, std::string source, const std::string& id_name,
                   const std::string& secret_name) {
  if (keys.access_key_id.empty()) return std::nullopt;
  if (keys.secret_access_key.empty()) {
    return credential_error(std::move(source), id_name + " is there, but no " + secret_name);
  }
  return FoundOrigin{KnownCredentials{keys}, std::move(source)};
}

// Where AWS's tools keep the token: by its session's name, or, before there were sessions, by the
// portal's start URL.
std::string sso_token_file(const SsoSettings& sso, const std::string& cache) {
  const std::string& key = sso.session.empty() ? sso.start_url : sso.session;
  const auto digester = Digester::create(DigestAlgorithm::Sha1);
  if (!digester || cache.empty()) return "";
  digester->update(std::as_bytes(std::span(key)));
  return cache + "/" + digester->finish_hex() + ".json";
}

std::string session_name_or_own(const std::string& name) {
  return name.empty() ? std::string(kSessionName) : name;
}

// Whoever could put another host there would be sent the token, and choose the credentials.
bool may_give_credentials(const net::Origin& origin) {
  constexpr std::array<std::string_view, 6> kHosts{
      "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost", "127.0.0.1", "::1"};
  return origin.scheme == "https" ||
         std::find(kHosts.begin(), kHosts.end(), origin.host) != kHosts.end();
}

}  // namespace

tl::unexpected<Error> credential_error(std::string subject, std::string cause, std::string remedy) {
  return fail({.code = ErrorCode::Usage,
               .operation = subject.empty() ? "find credentials" : "find credentials in",
               .subject = std::move(subject),
               .cause = std::move(cause),
               .remedy = std::move(remedy)});
}

std::string name_of(const Profile& profile) { return "profile \"" + profile.name + "\""; }

std::string without_last_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

MayFind keys_in_environment(StoreKind store, const Environment& environment) {
  const bool is_oss = store == StoreKind::Oss;
  const std::string id_name = is_oss ? "OSS_ACCESS_KEY_ID" : "AWS_ACCESS_KEY_ID";
  const std::string secret_name = is_oss ? "OSS_ACCESS_KEY_SECRET" : "AWS_SECRET_ACCESS_KEY";
  Credentials keys;
  keys.access_key_id = value_of(environment, id_name);
  keys.secret_access_key = value_of(environment, secret_name);
  if (!is_oss) keys.session_token = value_of(environment, "AWS_SECURITY_TOKEN");  // its old name
  if (keys.session_token.empty()) {
    keys.session_token = value_of(environment, is_oss ? "OSS_SESSION_TOKEN" : "AWS_SESSION_TOKEN");
  }
  return keys_found(keys, "the environment", id_name, secret_name);
}

MayFind keys_in_profile(const Credentials& keys, const Profile& profile) {
  return keys_found(keys, name_of(profile), "aws_access_key_id", "aws_secret_access_key");
}

MayFind command_in(const Profile& profile) {
  if (profile.credential_process.empty()) return std::nullopt;
  auto words = split_command(profile.credential_process);
  if (!words) {
    return credential_error(name_of(profile), "its credential_process: " + words.error().cause,
                            words.error().remedy);
  }
  return FoundOrigin{CredentialCommand{*std::move(words)},
                     "the credential_process of " + name_of(profile)};
}

// ---- single sign-on -------------------------------------------------------------------------

MayFind sso_role_in(const Profile& profile, const Environment& environment) {
  const SsoSettings& sso = profile.sso;
  if (sso.account_id.empty() && sso.role_name.empty()) return std::nullopt;
  if (!sso.fault.empty()) return credential_error(name_of(profile), sso.fault);
  const std::array<std::pair<std::string_view, const std::string&>, 4> needed{
      {{"sso_start_url", sso.start_url},
       {"sso_region", sso.region},
       {"sso_account_id", sso.account_id},
       {"sso_role_name", sso.role_name}}};
  for (const auto& [name, value] : needed) {
    if (value.empty()) return credential_error(name_of(profile), "it has no " + std::string(name));
  }
  if (!is_region(sso.region)) {
    return credential_error(name_of(profile), "its sso_region is no region's name");
  }
  const std::string file = sso_token_file(sso, profile_paths(environment).sso_cache);
  if (file.empty()) {
    return credential_error(name_of(profile), "its token for single sign-on cannot be found",
                            "set HOME to the folder that has .aws in it");
  }
  std::string url = configured_endpoint("SSO", environment, profile);
  if (url.empty()) {
    url = "https://portal.sso." + sso.region + std::string(amazon_domain(sso.region));
  }
  return FoundOrigin{SsoRole{.token_file = file,
                             .url = without_last_slashes(url),
                             .account_id = sso.account_id,
                             .role_name = sso.role_name,
                             .login = "aws sso login --profile " + shell_quoted(profile.name)},
                     "single sign-on of " + name_of(profile)};
}

// ---- roles ----------------------------------------------------------------------------------

MayFind web_identity_of(const Environment* environment, const Profile* profile) {
  const auto value = [&](const char* variable, std::string RoleSettings::*member) {
    std::string text = environment != nullptr ? value_of(*environment, variable) : "";
    return text.empty() && profile != nullptr ? profile->role.*member : text;
  };
  WebIdentity identity;
  identity.token_file =
      value("AWS_WEB_IDENTITY_TOKEN_FILE", &RoleSettings::web_identity_token_file);
  if (identity.token_file.empty()) return std::nullopt;
  identity.role.arn = value("AWS_ROLE_ARN", &RoleSettings::arn);
  identity.role.session_name =
      session_name_or_own(value("AWS_ROLE_SESSION_NAME", &RoleSettings::session_name));
  std::string source = "the web identity in " + identity.token_file;
  if (identity.role.arn.empty()) {
    return credential_error(source, "no role is said that it is for",
                            "set AWS_ROLE_ARN, or role_arn in the profile");
  }
  return FoundOrigin{std::move(identity), std::move(source)};
}

Result<RoleToAssume> role_of(const Profile& profile) {
  const RoleSettings& role = profile.role;
  if (!role.mfa_serial.empty()) {
    return credential_error(name_of(profile), "its role wants the code of an MFA device",
                            "let a credential_process ask for it: aws configure export-credentials "
                            "--profile " +
                                shell_quoted(profile.name));
  }
  if (role.source_profile.empty() == role.credential_source.empty()) {
    return credential_error(name_of(profile),
                            "its role needs a source_profile or a credential_source, and not both");
  }
  return RoleToAssume{.arn = role.arn,
                      .session_name = session_name_or_own(role.session_name),
                      .external_id = role.external_id,
                      .duration_seconds = role.duration_seconds};
}

// ---- what the machine or its container gives ------------------------------------------------

MayFind container_endpoint(const Environment& environment) {
  const std::string relative = value_of(environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const std::string full = value_of(environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (relative.empty() && full.empty()) return std::nullopt;
  const std::string name = relative.empty() ? "AWS_CONTAINER_CREDENTIALS_FULL_URI"
                                            : "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
  if (!relative.empty() && !relative.starts_with('/')) {
    return credential_error(name, "it does not begin with \"/\"");
  }
  const auto url = net::parse_url(relative.empty() ? full : std::string(kContainerHost) + relative);
  if (!url) return credential_error(name, url.error().cause);
  if (!may_give_credentials(url->origin)) {
    return credential_error(name, "it is neither https nor a host of a container's own");
  }
  return FoundOrigin{
      ContainerEndpoint{
          .url = url->text,
          .token = value_of(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
          .token_file = value_of(environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")},
      "the container's endpoint for credentials"};
}

MayFind machine_metadata(const Environment& environment) {
  if (is_on(environment, "AWS_EC2_METADATA_DISABLED")) return std::nullopt;
  std::string url = value_of(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
  if (url.empty()) {
    const std::string mode = value_of(environment, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    url = equals_ignoring_case(mode, "ipv6") ? kMachineUrlV6 : kMachineUrl;
  }
  const auto parsed = net::parse_url(url);
  if (!parsed) return credential_error("AWS_EC2_METADATA_SERVICE_ENDPOINT", parsed.error().cause);
  return FoundOrigin{MachineMetadata{without_last_slashes(parsed->text)}, "the metadata of EC2"};
}

}  // namespace xget::remote
