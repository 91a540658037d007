#include "remote/profiles.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace xget::remote {
namespace {

using formats::ProfileSection;
using formats::ProfileSections;

tl::unexpected<Error> profile_error(const std::string& name, std::string cause) {
  return fail({.code = ErrorCode::Usage,
               .operation = "read",
               .subject = "profile \"" + name + "\"",
               .cause = std::move(cause)});
}

std::string in_home(const Environment& environment, const std::string& path) {
  const std::string home = value_of(environment, "HOME");
  return home.empty() ? "" : home + "/" + path;
}

std::string path_in(const Environment& environment, const std::string& variable,
                    const std::string& usual) {
  const std::string path = value_of(environment, variable);
  if (path.empty()) return in_home(environment, usual);
  return path.starts_with("~/") ? in_home(environment, path.substr(2)) : path;
}

// What stands behind `kind` in "kind name", in which quotes may hold a name with spaces. nullopt:
// it is something else.
std::optional<std::string> name_behind(std::string_view kind, std::string_view header) {
  if (!header.starts_with(kind)) return std::nullopt;
  header.remove_prefix(kind.size());
  if (header.empty() || !trim(header.substr(0, 1)).empty()) return std::nullopt;
  std::string_view name = trim(header);
  const bool quoted = name.size() > 1 && name.front() == name.back() &&
                      (name.front() == '"' || name.front() == '\'');
  if (quoted) name = name.substr(1, name.size() - 2);
  if (name.find_first_of(quoted ? "\"'\\" : "\"'\\ \t") != std::string_view::npos) {
    return std::nullopt;
  }
  return name.empty() ? std::nullopt : std::optional(std::string(name));
}

std::string value_in(const ProfileSection& section, std::string_view name) {
  const auto found = section.values.find(name);
  return found == section.values.end() ? "" : found->second;
}

const ProfileSection& section_of(const ProfileSections& sections, const std::string& name) {
  static const ProfileSection none;
  const auto found = sections.find(name);
  return found == sections.end() ? none : found->second;
}

Credentials keys_in(const ProfileSection& section) {
  Credentials keys;
  keys.access_key_id = value_in(section, "aws_access_key_id");
  keys.secret_access_key = value_in(section, "aws_secret_access_key");
  keys.session_token = value_in(section, "aws_security_token");  // its name of old
  if (keys.session_token.empty()) keys.session_token = value_in(section, "aws_session_token");
  return keys;
}

ProfileSection laid_over(const ProfileSection& above, ProfileSection below) {
  for (const auto& [name, value] : above.values) {
    below.blocks.erase(name);
    below.values[name] = value;
  }
  for (const auto& [name, block] : above.blocks) {
    below.values.erase(name);
    below.blocks[name] = block;
  }
  return below;
}

Profile profile_in(const ProfileSection& section) {
  const auto text = [&](std::string_view name) { return value_in(section, name); };
  Profile profile;
  profile.credential_process = text("credential_process");
  profile.role = {.arn = text("role_arn"),
                  .session_name = text("role_session_name"),
                  .external_id = text("external_id"),
                  .duration_seconds = text("duration_seconds"),
                  .mfa_serial = text("mfa_serial"),
                  .source_profile = text("source_profile"),
                  .credential_source = text("credential_source"),
                  .web_identity_token_file = text("web_identity_token_file")};
  profile.sso = {.session = text("sso_session"),
                 .start_url = text("sso_start_url"),
                 .region = text("sso_region"),
                 .account_id = text("sso_account_id"),
                 .role_name = text("sso_role_name")};
  profile.region = text("region");
  profile.endpoint_url = text("endpoint_url");
  if (const auto s3 = section.blocks.find("s3"); s3 != section.blocks.end()) {
    const auto style = s3->second.find("addressing_style");
    if (style != s3->second.end()) profile.addressing_style = style->second;
  }
  return profile;
}

}  // namespace

ProfilePaths profile_paths(const Environment& environment) {
  return {.credentials = path_in(environment, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
          .config = path_in(environment, "AWS_CONFIG_FILE", ".aws/config"),
          .sso_cache = in_home(environment, ".aws/sso/cache")};
}

Result<Profiles> Profiles::parse(const NamedText& credentials, const NamedText& config) {
  Profiles profiles;
  profiles.credentials_name_ = credentials.name;
  profiles.config_name_ = config.name;
  auto keys = formats::parse_profile_file(credentials.text, credentials.name);
  if (!keys) return fail(std::move(keys.error()));
  profiles.credentials_ = *std::move(keys);
  auto sections = formats::parse_profile_file(config.text, config.name);
  if (!sections) return fail(std::move(sections.error()));
  for (auto& [header, section] : *sections) {
    if (header == "default") {
      profiles.config_[header] = std::move(section);
    } else if (const auto profile = name_behind("profile", header)) {
      profiles.config_[*profile] = std::move(section);  // [profile default] before [default]
    } else if (const auto session = name_behind("sso-session", header)) {
      profiles.sso_sessions_[*session] = std::move(section);
    } else if (const auto services = name_behind("services", header)) {
      profiles.services_[*services] = std::move(section);
    }
  }
  return profiles;
}

Result<std::optional<Profile>> Profiles::find(const std::string& name) const {
  if (!credentials_.contains(name) && !config_.contains(name)) return std::nullopt;
  const ProfileSection& keys = section_of(credentials_, name);
  const ProfileSection& settings = section_of(config_, name);
  const ProfileSection both = laid_over(keys, settings);
  Profile profile = profile_in(both);
  profile.name = name;
  profile.credentials_file_keys = keys_in(keys);
  profile.config_keys = keys_in(settings);
  add_sso_session(profile.sso);
  if (auto added = add_services(profile, value_in(both, "services")); !added) {
    return fail(std::move(added.error()));
  }
  return profile;
}

void Profiles::add_sso_session(SsoSettings& sso) const {
  if (sso.session.empty()) return;
  const auto session = sso_sessions_.find(sso.session);
  if (session == sso_sessions_.end()) {
    sso.fault = "there is no [sso-session " + sso.session + "] in " + config_name_;
    return;
  }
  const auto add = [&](std::string_view name, std::string& member) {
    const std::string said = value_in(session->second, name);
    if (said.empty()) return;
    if (member.empty()) member = said;
    if (member != said) sso.fault = "it and its sso-session differ in " + std::string(name);
  };
  add("sso_start_url", sso.start_url);
  add("sso_region", sso.region);
}

Result<void> Profiles::add_services(Profile& profile, const std::string& services) const {
  if (services.empty()) return {};
  const auto section = services_.find(services);
  if (section == services_.end()) {
    return profile_error(profile.name,
                         "there is no [services " + services + "] in " + config_name_);
  }
  for (const auto& [service, block] : section->second.blocks) {
    const auto url = block.find("endpoint_url");
    if (url != block.end()) profile.service_endpoint_urls[service] = url->second;
  }
  return {};
}

std::string Profiles::files() const {
  if (credentials_name_.empty() || config_name_.empty()) return credentials_name_ + config_name_;
  return credentials_name_ + " and " + config_name_;
}

}  // namespace xget::remote
