#include "remote/configured_store.hpp"

#include <utility>

#include "base/text.hpp"

namespace xget::remote {
namespace {

std::string first_of(const Environment& environment, const std::string& name,
                     const std::string& other) {
  std::string value = value_of(environment, name);
  return value.empty() ? value_of(environment, other) : value;
}

tl::unexpected<Error> configuration_error(std::string subject, std::string cause) {
  return fail({.code = ErrorCode::Usage,
               .operation = "read the configuration of",
               .subject = std::move(subject),
               .cause = std::move(cause)});
}

Result<PathStyle> path_style_of(const Profile& profile) {
  if (profile.addressing_style.empty() || profile.addressing_style == "auto") {
    return PathStyle::Auto;
  }
  if (profile.addressing_style == "path") return PathStyle::On;
  if (profile.addressing_style == "virtual") return PathStyle::Off;
  return configuration_error("profile \"" + profile.name + "\"",
                             "its addressing_style is none of auto, path and virtual");
}

}  // namespace

std::string configured_endpoint(const std::string& service, const Environment& environment,
                                const std::optional<Profile>& profile) {
  const std::string ignored = value_of(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  if (equals_ignoring_case(ignored, "true")) return "";
  std::string url = first_of(environment, "AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL");
  if (!url.empty() || !profile) return url;
  const auto own = profile->service_endpoint_urls.find(lower_case(service));
  return own != profile->service_endpoint_urls.end() ? own->second : profile->endpoint_url;
}

std::string configured_region(const Environment& environment,
                              const std::optional<Profile>& profile) {
  std::string region = first_of(environment, "AWS_REGION", "AWS_DEFAULT_REGION");
  return region.empty() && profile ? profile->region : region;
}

Result<EndpointSettings> configured_store(StoreKind store, const Environment& environment,
                                          const std::optional<Profile>& profile) {
  EndpointSettings settings;
  settings.store = store;
  if (store == StoreKind::Oss) {
    settings.region = value_of(environment, "OSS_REGION");
    settings.url = value_of(environment, "OSS_ENDPOINT");
  } else {
    settings.region = configured_region(environment, profile);
    settings.url = configured_endpoint("S3", environment, profile);
    if (profile) {
      const auto style = path_style_of(*profile);
      if (!style) return fail(style.error());
      settings.path_style = *style;
    }
  }
  if (!settings.region.empty() && !is_region(settings.region)) {
    return configuration_error("region " + settings.region, "this is no region's name");
  }
  return settings;
}

}  // namespace xget::remote
