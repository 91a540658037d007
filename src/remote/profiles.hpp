// The profiles of AWS's tools: where their files are, and what both say of one profile. Of values
// that both have, that of the credentials file counts.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
// Thread: any; pure.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "formats/profile_file.hpp"
#include "remote/environment.hpp"
#include "remote/signature.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// Empty where the environment says neither a path nor a home.
struct ProfilePaths {
  std::string credentials;  // ~/.aws/credentials
  std::string config;       // ~/.aws/config
  std::string sso_cache;    // ~/.aws/sso/cache
};
ProfilePaths profile_paths(const Environment& environment);

// An empty text stands in each member for what no file says.

struct RoleSettings {
  std::string arn;
  std::string session_name;
  std::string external_id;
  std::string duration_seconds;
  std::string mfa_serial;
  std::string source_profile;           // whose credentials may assume it
  std::string credential_source;        // likewise: "Environment", "EcsContainer", …
  std::string web_identity_token_file;  // likewise: what is shown in place of credentials
};

struct SsoSettings {
  std::string session;  // of [sso-session …]; empty: the profile has it all
  std::string start_url;
  std::string region;
  std::string account_id;
  std::string role_name;
  std::string fault;  // why none of it can be used; only who would use it is to be told
};

struct Profile {
  std::string name;
  Credentials credentials_file_keys;  // each part may be missing
  Credentials config_keys;            // likewise
  std::string credential_process;
  RoleSettings role;
  SsoSettings sso;
  std::string region;
  std::string endpoint_url;                                               // for any service
  std::map<std::string, std::string, std::less<>> service_endpoint_urls;  // "s3", "sts", "sso"
  std::string addressing_style;                                           // of S3
};

// A file's text and what messages call it. What is not there has no text.
struct NamedText {
  std::string name;
  std::string text;
};

class Profiles {
 public:
  Profiles() = default;  // there are none
  // Fails with Usage: a file that cannot be read (formats/profile_file.hpp).
  static Result<Profiles> parse(const NamedText& credentials, const NamedText& config);

  // nullopt: neither file has it. Fails with Usage where it refers to [services …] that are
  // missing.
  [[nodiscard]] Result<std::optional<Profile>> find(const std::string& name) const;
  [[nodiscard]] std::string files() const;  // both their names, for messages

 private:
  void add_sso_session(SsoSettings& sso) const;
  [[nodiscard]] Result<void> add_services(Profile& profile, const std::string& services) const;

  using Sections = formats::ProfileSections;
  std::string credentials_name_;
  std::string config_name_;
  Sections credentials_;   // by profile
  Sections config_;        // likewise
  Sections sso_sessions_;  // by name
  Sections services_;      // likewise
};

}  // namespace xget::remote
