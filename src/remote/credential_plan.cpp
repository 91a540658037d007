#include "remote/credential_plan.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <set>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "remote/configured_store.hpp"
#include "remote/credential_places.hpp"
#include "remote/endpoint.hpp"

namespace xget::remote {
namespace {

constexpr std::string_view kRegionOfNone = "us-east-1";

bool asks_for_profile(const CredentialWishes& wishes) {
  return !wishes.profile.empty() || wishes.own_file;
}

bool assumes_role(const Profile& profile) {
  return !profile.role.arn.empty() && profile.role.web_identity_token_file.empty();
}

bool has_keys(const Profile& profile) {
  const auto some = [](const Credentials& keys) {
    return !keys.access_key_id.empty() || !keys.secret_access_key.empty();
  };
  return some(profile.credentials_file_keys) || some(profile.config_keys);
}

// The first that is configured; an error ends the search.
MayFind first_of(std::initializer_list<std::function<MayFind()>> places) {
  for (const auto& place : places) {
    auto found = place();
    if (!found || *found) return found;
  }
  return std::nullopt;
}

class Planner {
 public:
  Planner(const CredentialWishes& wishes, const Environment& environment, const Profiles& profiles)
      : wishes_(wishes),
        environment_(environment),
        profiles_(profiles),
        was_asked_(asks_for_profile(wishes)) {}

  Result<CredentialPlan> plan() {
    auto profile = chosen_profile(wishes_, environment_, profiles_);
    if (!profile) return fail(std::move(profile.error()));
    profile_ = *std::move(profile);
    auto found = wishes_.store == StoreKind::Oss ? find_for_oss() : find_for_s3();
    if (!found) return fail(std::move(found.error()));
    if (!*found) return none_found();
    auto service = token_service();
    if (!service) return fail(std::move(service.error()));
    CredentialPlan plan{.origin = std::move((*found)->origin),
                        .source = std::move((*found)->source),
                        .roles = std::move(roles_),
                        .token_service = *std::move(service),
                        .passed_over = passed_over()};
    std::reverse(plan.roles.begin(), plan.roles.end());
    return plan;
  }

 private:
  MayFind find_for_oss() {
    if (!was_asked_) return keys_in_environment(StoreKind::Oss, environment_);
    if (!profile_) return std::nullopt;
    return first_of({[&] { return keys_in_profile(profile_->credentials_file_keys, *profile_); },
                     [&] { return command_in(*profile_); },
                     [&] { return keys_in_profile(profile_->config_keys, *profile_); }});
  }

  MayFind find_for_s3() {
    return first_of({[&]() -> MayFind {
                       if (was_asked_) return std::nullopt;
                       return keys_in_environment(StoreKind::S3, environment_);
                     },
                     [&] { return role_in_profile(); },
                     [&] { return in_profile(profile_, !was_asked_); },
                     [&]() -> MayFind {
                       if (wishes_.own_file) return std::nullopt;
                       return first_of({[&] { return container_endpoint(environment_); },
                                        [&] { return machine_metadata(environment_); }});
                     }});
  }

  MayFind in_profile(const std::optional<Profile>& profile, bool environment_counts) {
    const Environment* environment = environment_counts ? &environment_ : nullptr;
    if (!profile) return web_identity_of(environment, nullptr);
    return first_of({[&] { return web_identity_of(environment, &*profile); },
                     [&] { return sso_role_in(*profile, environment_); },
                     [&] { return keys_in_profile(profile->credentials_file_keys, *profile); },
                     [&] { return command_in(*profile); },
                     [&] { return keys_in_profile(profile->config_keys, *profile); }});
  }

  // Roles are assumed by the credentials of another profile, which may be those of a role in turn.
  MayFind role_in_profile() {
    if (!profile_ || !assumes_role(*profile_)) return std::nullopt;
    Profile profile = *profile_;
    std::set<std::string> seen;
    while (true) {
      auto role = role_of(profile);
      if (!role) return fail(std::move(role.error()));
      roles_.push_back(*std::move(role));
      if (!profile.role.credential_source.empty()) return named_source(profile);
      seen.insert(profile.name);
      auto source = profiles_.find(profile.role.source_profile);
      if (!source) return fail(std::move(source.error()));
      if (!*source) {
        return credential_error(
            name_of(profile),
            "its source_profile, \"" + profile.role.source_profile + "\", is not there");
      }
      // Keys of its own may serve a profile's role, but not by a detour.
      const bool own_keys = (*source)->name == profile.name && has_keys(profile);
      if (seen.contains((*source)->name) && !own_keys) {
        return credential_error(name_of(profile), "its source_profile leads back to it");
      }
      if (has_keys(**source) || !assumes_role(**source)) return source_in(**source);
      profile = **std::move(source);
    }
  }

  MayFind source_in(const Profile& profile) {
    auto found = in_profile(profile, false);
    if (found && !*found) {
      return credential_error(name_of(profile), "it has no credentials to assume a role by");
    }
    return found;
  }

  MayFind named_source(const Profile& profile) {
    const std::string& name = profile.role.credential_source;
    MayFind found = std::nullopt;
    if (equals_ignoring_case(name, "Environment")) {
      found = keys_in_environment(StoreKind::S3, environment_);
    } else if (equals_ignoring_case(name, "EcsContainer")) {
      found = container_endpoint(environment_);
    } else if (equals_ignoring_case(name, "Ec2InstanceMetadata")) {
      found = machine_metadata(environment_);
    } else {
      return credential_error(name_of(profile),
                              "its credential_source is none of Environment, EcsContainer and "
                              "Ec2InstanceMetadata");
    }
    if (found && !*found) {
      return credential_error(name_of(profile), "its credential_source, " + name + ", has none");
    }
    return found;
  }

  [[nodiscard]] Result<TokenService> token_service() const {
    TokenService service;
    service.url = without_last_slashes(configured_endpoint("STS", environment_, profile_));
    service.region =
        wishes_.region.empty() ? configured_region(environment_, profile_) : wishes_.region;
    if (!service.region.empty() && !is_region(service.region)) {
      return credential_error("region " + service.region, "this is no region's name");
    }
    if (service.url.empty()) {
      service.url = service.region.empty() ? "https://sts.amazonaws.com"
                                           : "https://sts." + service.region +
                                                 std::string(amazon_domain(service.region));
    }
    if (service.region.empty()) service.region = kRegionOfNone;
    return service;
  }

  // In the order in which it was looked at.
  [[nodiscard]] std::string passed_over() const {
    const bool is_oss = wishes_.store == StoreKind::Oss;
    std::string text;
    if (!was_asked_)
      text = is_oss ? "OSS_ACCESS_KEY_ID is not set" : "AWS_ACCESS_KEY_ID is not set";
    if (is_oss && !was_asked_) return text;
    if (!text.empty()) text += ", ";
    text += profile_ ? name_of(*profile_) + " of " + profiles_.files() + " has none"
                     : "no profile in " + profiles_.files();
    if (!is_oss && !wishes_.own_file) text += ", no container's endpoint is set";
    return text;
  }

  [[nodiscard]] tl::unexpected<Error> none_found() const {
    if (wishes_.store == StoreKind::Oss) {
      return credential_error(
          "", passed_over(),
          "set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or give --no-sign-request");
    }
    std::string cause = passed_over();
    if (!wishes_.own_file) cause += ", AWS_EC2_METADATA_DISABLED is set";
    return credential_error("", std::move(cause),
                            "type \"aws configure\", or give --no-sign-request");
  }

  const CredentialWishes& wishes_;
  const Environment& environment_;
  const Profiles& profiles_;
  const bool was_asked_;  // the user named a profile or a file: the environment's keys count less
  std::optional<Profile> profile_;
  std::vector<RoleToAssume> roles_;  // the last one to be assumed first
};

}  // namespace

Result<std::optional<Profile>> chosen_profile(const CredentialWishes& wishes,
                                              const Environment& environment,
                                              const Profiles& profiles) {
  if (wishes.store == StoreKind::Oss && !asks_for_profile(wishes)) return std::nullopt;
  std::string name = wishes.profile;
  if (name.empty()) name = value_of(environment, "AWS_DEFAULT_PROFILE");
  if (name.empty()) name = value_of(environment, "AWS_PROFILE");
  const bool was_named = !name.empty();
  auto profile = profiles.find(was_named ? name : "default");
  if (profile && !*profile && was_named) {
    return credential_error("profile \"" + name + "\"", "there is none in " + profiles.files());
  }
  return profile;
}

Result<CredentialPlan> plan_credentials(const CredentialWishes& wishes,
                                        const Environment& environment, const Profiles& profiles) {
  CredentialPlan plan;
  if (wishes.anonymous) {
    plan.origin = KnownCredentials{};
    plan.source = "nobody";
    return plan;
  }
  if (!wishes.command.empty()) {
    plan.origin = CredentialCommand{wishes.command};
    plan.source = "the command for credentials";
    return plan;
  }
  return Planner(wishes, environment, profiles).plan();
}

}  // namespace xget::remote
