// What both files of AWS's tools say of one profile, and what that and the environment say of a
// store.
#include <catch2/catch.hpp>
#include <string>

#include "remote/configured_store.hpp"
#include "remote/profiles.hpp"
#include "support/set_variables.hpp"

using namespace xget;
using remote::PathStyle;
using remote::Profiles;
using remote::StoreKind;
using test::environment_of;

namespace {

Profiles profiles(const std::string& credentials, const std::string& config) {
  const auto parsed = Profiles::parse({"CREDENTIALS", credentials}, {"CONFIG", config});
  REQUIRE(parsed.has_value());
  return *parsed;
}

remote::Profile profile(const std::string& name, const std::string& credentials,
                        const std::string& config) {
  const auto found = profiles(credentials, config).find(name);
  REQUIRE(found.has_value());
  REQUIRE(found->has_value());
  return **found;
}

std::string cause(const std::string& config) {
  const auto found = profiles("", config).find("p");
  REQUIRE_FALSE(found.has_value());
  CHECK(found.error().code == ErrorCode::Usage);
  return to_string(found.error());
}

}  // namespace

TEST_CASE("the files are in the home, unless the environment says otherwise") {
  const auto usual = remote::profile_paths(environment_of({{"HOME", "/home/me"}}));
  CHECK(usual.credentials == "/home/me/.aws/credentials");
  CHECK(usual.config == "/home/me/.aws/config");
  CHECK(usual.sso_cache == "/home/me/.aws/sso/cache");
  const auto said = remote::profile_paths(environment_of(
      {{"HOME", "/home/me"}, {"AWS_SHARED_CREDENTIALS_FILE", "/c"}, {"AWS_CONFIG_FILE", "~/d"}}));
  CHECK(said.credentials == "/c");
  CHECK(said.config == "/home/me/d");
  CHECK(remote::profile_paths(environment_of({})).config.empty());
}

TEST_CASE("a profile of the config file has \"profile\" before its name, but for the default") {
  const std::string config =
      "[default]\nregion = one\n[profile dev]\nregion = two\n[profile \"my dev\"]\nregion = three\n"
      "[other]\nregion = four\n[profiles]\n[profile]\n[profile a b]\n";
  CHECK(profile("default", "", config).region == "one");
  CHECK(profile("dev", "", config).region == "two");
  CHECK(profile("my dev", "", config).region == "three");
  for (const char* name : {"other", "profile dev", "a", "a b", "s", ""}) {
    CHECK(profiles("", config).find(name).value() == std::nullopt);
  }
}

TEST_CASE("the credentials file counts more, and whose keys are whose is known") {
  const auto both =
      profile("dev", "[dev]\naws_access_key_id = A\naws_secret_access_key = S\nregion = here\n",
              "[profile dev]\naws_access_key_id = B\nregion = there\nrole_arn = r\n");
  CHECK(both.name == "dev");
  CHECK(both.credentials_file_keys.access_key_id == "A");
  CHECK(both.credentials_file_keys.secret_access_key == "S");
  CHECK(both.config_keys.access_key_id == "B");
  CHECK(both.config_keys.secret_access_key.empty());
  CHECK(both.region == "here");
  CHECK(both.role.arn == "r");
}

TEST_CASE("an sso-session says what its profiles do not") {
  const std::string session =
      "[sso-session work]\nsso_start_url = https://start\nsso_region = eu-west-1\n";
  const auto found =
      profile("p", "", "[profile p]\nsso_session = work\nsso_role_name = r\n" + session);
  CHECK(found.sso.session == "work");
  CHECK(found.sso.start_url == "https://start");
  CHECK(found.sso.region == "eu-west-1");
  CHECK(found.sso.role_name == "r");
  CHECK(found.sso.fault.empty());
}

TEST_CASE("an sso-session that is missing or differs is told to who would use it alone") {
  const auto fault = [](const std::string& config) {
    return profile("p", "", "[profile p]\nsso_session = work\n" + config).sso.fault;
  };
  CHECK(fault("") == "there is no [sso-session work] in CONFIG");
  CHECK(fault("sso_region = us-east-1\n[sso-session work]\nsso_region = eu-west-1\n") ==
        "it and its sso-session differ in sso_region");
}

TEST_CASE("an endpoint is the environment's, the service's or the profile's, in that order") {
  const auto found = profile("p", "",
                             "[profile p]\nendpoint_url = https://any\nservices = own\n"
                             "[services own]\ns3 =\n  endpoint_url = https://s3\n");
  const auto endpoint = [&](const std::string& service, std::map<std::string, std::string> set) {
    return remote::configured_endpoint(service, environment_of(std::move(set)), found);
  };
  CHECK(endpoint("S3", {}) == "https://s3");
  CHECK(endpoint("STS", {}) == "https://any");
  CHECK(endpoint("S3", {{"AWS_ENDPOINT_URL", "https://env"}}) == "https://env");
  CHECK(endpoint("S3", {{"AWS_ENDPOINT_URL", "https://env"},
                        {"AWS_ENDPOINT_URL_S3", "https://env-s3"}}) == "https://env-s3");
  CHECK(endpoint("S3", {{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}}).empty());
  CHECK(cause("[profile p]\nservices = none\n").find("[services none]") != std::string::npos);
}

TEST_CASE("a store is configured by the environment, and else by the profile") {
  const auto found =
      profile("p", "", "[profile p]\nregion = eu-west-1\ns3 =\n  addressing_style = path\n");
  const auto own = remote::configured_store(StoreKind::S3, environment_of({}), found).value();
  CHECK(own.region == "eu-west-1");
  CHECK(own.path_style == PathStyle::On);
  CHECK(own.url.empty());
  const auto set = environment_of({{"AWS_DEFAULT_REGION", "eu-west-2"},
                                   {"OSS_REGION", "cn-x"},
                                   {"OSS_ENDPOINT", "https://oss.example"},
                                   {"AWS_ENDPOINT_URL", "https://s3.example"}});
  CHECK(remote::configured_store(StoreKind::S3, set, found)->region == "eu-west-2");
  const auto oss = remote::configured_store(StoreKind::Oss, set, found).value();
  CHECK(oss.region == "cn-x");
  CHECK(oss.url == "https://oss.example");
  CHECK(oss.path_style == PathStyle::Auto);
  CHECK(remote::configured_store(StoreKind::S3, environment_of({}), std::nullopt)->region == "");
}

TEST_CASE("a region or an addressing style that is none is refused") {
  const auto odd = profile("p", "", "[profile p]\ns3 =\n  addressing_style = odd\n");
  CHECK_FALSE(remote::configured_store(StoreKind::S3, environment_of({}), odd).has_value());
  const auto elsewhere = environment_of({{"AWS_REGION", "evil.example/"}});
  CHECK_FALSE(remote::configured_store(StoreKind::S3, elsewhere, std::nullopt).has_value());
}
