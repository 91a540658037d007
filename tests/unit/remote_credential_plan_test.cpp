// Where credentials come from, by what the user says, the environment and the profiles.
#include <catch2/catch.hpp>
#include <string>

#include "remote/credential_plan.hpp"
#include "support/set_variables.hpp"

using namespace xget;
using remote::StoreKind;

namespace {

const std::map<std::string, std::string> kKeysSet{{"AWS_ACCESS_KEY_ID", "env"},
                                                  {"AWS_SECRET_ACCESS_KEY", "hush"}};

struct Given {
  remote::CredentialWishes wishes;
  std::map<std::string, std::string> variables;
  std::string credentials;
  std::string config;
};

Result<remote::CredentialPlan> plan_of(Given given) {
  given.variables.emplace("HOME", "/home/me");
  const auto profiles =
      remote::Profiles::parse({"CREDENTIALS", given.credentials}, {"CONFIG", given.config});
  REQUIRE(profiles.has_value());
  return remote::plan_credentials(given.wishes, test::environment_of(given.variables), *profiles);
}

remote::CredentialPlan plan(Given given) {
  const auto made = plan_of(std::move(given));
  if (!made) FAIL(to_string(made.error()));
  return *made;
}

template <typename Origin>
Origin origin(Given given) {
  const auto made = plan(std::move(given));
  REQUIRE(std::holds_alternative<Origin>(made.origin));
  return std::get<Origin>(made.origin);
}

std::string known_id(Given given) {
  return origin<remote::KnownCredentials>(std::move(given)).credentials.access_key_id;
}

std::string refusal(Given given) {
  const auto made = plan_of(std::move(given));
  REQUIRE_FALSE(made.has_value());
  CHECK(made.error().code == ErrorCode::Usage);
  CHECK(to_string(made.error()).find("hush") == std::string::npos);
  return to_string(made.error());
}

std::string keys(const std::string& id) {
  return "aws_access_key_id = " + id + "\naws_secret_access_key = hush\n";
}

const std::string kSso =
    "sso_start_url = https://start\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = "
    "r\n";

}  // namespace

TEST_CASE("who asks anonymously signs nothing, whatever is set") {
  CHECK(known_id({.wishes = {.anonymous = true}, .variables = kKeysSet}).empty());
  CHECK(known_id({.wishes = {.anonymous = true}, .variables = {{"AWS_PROFILE", "none"}}}).empty());
}

TEST_CASE("a command that the user names is asked before all else") {
  CHECK(origin<remote::CredentialCommand>(
            {.wishes = {.command = {"vault", "get"}}, .variables = kKeysSet})
            .words == std::vector<std::string>{"vault", "get"});
}

TEST_CASE("the environment's keys count, unless a profile or a file is asked for") {
  const std::string file = "[default]\n" + keys("file") + "[dev]\n" + keys("dev");
  CHECK(known_id({.variables = kKeysSet, .credentials = file}) == "env");
  CHECK(known_id({.wishes = {.profile = "dev"}, .variables = kKeysSet, .credentials = file}) ==
        "dev");
  CHECK(known_id({.wishes = {.own_file = true}, .variables = kKeysSet, .credentials = file}) ==
        "file");
  auto with_profile = kKeysSet;
  with_profile["AWS_PROFILE"] = "dev";
  CHECK(known_id({.variables = with_profile, .credentials = file}) == "env");
  CHECK(known_id({.variables = {{"AWS_PROFILE", "dev"}}, .credentials = file}) == "dev");
}

TEST_CASE("a session's token comes with its keys") {
  auto variables = kKeysSet;
  variables["AWS_SESSION_TOKEN"] = "token";
  CHECK(origin<remote::KnownCredentials>({.variables = variables}).credentials.session_token ==
        "token");
  CHECK(origin<remote::KnownCredentials>(
            {.credentials = "[default]\n" + keys("k") + "aws_session_token = token\n"})
            .credentials.session_token == "token");
}

TEST_CASE("half of the keys is an error, not none") {
  CHECK(refusal({.variables = {{"AWS_ACCESS_KEY_ID", "id"}}}) ==
        "find credentials in the environment: AWS_ACCESS_KEY_ID is there, but no "
        "AWS_SECRET_ACCESS_KEY");
  CHECK(
      refusal({.credentials = "[default]\naws_access_key_id = id\n"}).find("profile \"default\"") !=
      std::string::npos);
}

TEST_CASE("a profile that is named must be there, and the default need not") {
  CHECK(refusal({.wishes = {.profile = "dev"}}) ==
        "find credentials in profile \"dev\": there is none in CREDENTIALS and CONFIG");
  CHECK(refusal({.variables = {{"AWS_PROFILE", "dev"}}}).find("\"dev\"") != std::string::npos);
  CHECK_NOTHROW(origin<remote::MachineMetadata>({}));
}

TEST_CASE(
    "within a profile the order is web identity, sign-on, credentials file, command, config") {
  const std::string command = "credential_process = /bin/vault \"two words\"\n";
  Given given{.credentials = "[p]\n" + keys("file"),
              .config = "[profile p]\n" + kSso + command + keys("config") +
                        "role_arn = arn\nweb_identity_token_file = /token\n"};
  given.wishes.profile = "p";
  CHECK(origin<remote::WebIdentity>(given).token_file == "/token");
  given.config = "[profile p]\n" + kSso + command + keys("config");
  CHECK(origin<remote::SsoRole>(given).role_name == "r");
  given.config = "[profile p]\n" + command + keys("config");
  CHECK(known_id(given) == "file");
  given.credentials.clear();
  CHECK(origin<remote::CredentialCommand>(given).words ==
        std::vector<std::string>{"/bin/vault", "two words"});
  given.config = "[profile p]\n" + keys("config");
  CHECK(known_id(given) == "config");
}

TEST_CASE("a web identity is the environment's, or the profile's") {
  const auto identity = origin<remote::WebIdentity>(
      {.variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "arn"}}});
  CHECK(identity.role.arn == "arn");
  CHECK(identity.role.session_name == "xget");
  CHECK(refusal({.variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}}}).find("no role") !=
        std::string::npos);
}

TEST_CASE("single sign-on finds its token by the session, or by the start URL") {
  const auto legacy = origin<remote::SsoRole>({.config = "[default]\n" + kSso});
  CHECK(legacy.token_file ==
        "/home/me/.aws/sso/cache/6ad0e7e61d1f47e491ea32c2031add41ef92e07d.json");
  CHECK(legacy.url == "https://portal.sso.eu-west-1.amazonaws.com");
  CHECK(legacy.login == "aws sso login --profile default");
  const auto session = origin<remote::SsoRole>(
      {.config = "[default]\nsso_session = work\nsso_account_id = 1\nsso_role_name = r\n"
                 "[sso-session work]\nsso_start_url = https://start\nsso_region = cn-north-1\n"});
  CHECK(session.token_file ==
        "/home/me/.aws/sso/cache/e274eeff768c6396088ec6eb091f4bf4d47ab1e0.json");
  CHECK(session.url == "https://portal.sso.cn-north-1.amazonaws.com.cn");
  CHECK(refusal({.config = "[default]\nsso_session = none\nsso_account_id = 1\n"})
            .find("[sso-session none]") != std::string::npos);
  CHECK(refusal({.config = "[default]\nsso_account_id = 1\n"}).find("sso_start_url") !=
        std::string::npos);
}

TEST_CASE("a role is assumed by the credentials of its source") {
  const std::string base = "[base]\n" + keys("base");
  const auto made = plan({.credentials = base,
                          .config = "[default]\nrole_arn = outer\nsource_profile = middle\n"
                                    "external_id = e\nregion = eu-west-1\n"
                                    "[profile middle]\nrole_arn = inner\nsource_profile = base\n"
                                    "role_session_name = me\nduration_seconds = 900\n"});
  CHECK(std::get<remote::KnownCredentials>(made.origin).credentials.access_key_id == "base");
  REQUIRE(made.roles.size() == 2);
  CHECK(made.roles[0].arn == "inner");
  CHECK(made.roles[0].session_name == "me");
  CHECK(made.roles[0].duration_seconds == "900");
  CHECK(made.roles[1].arn == "outer");
  CHECK(made.roles[1].external_id == "e");
  CHECK(made.token_service.url == "https://sts.eu-west-1.amazonaws.com");
  CHECK(made.token_service.region == "eu-west-1");
}

TEST_CASE("a profile's own keys may be its role's source") {
  const auto made = plan(
      {.credentials = "[default]\n" + keys("own") + "role_arn = r\nsource_profile = default\n"});
  CHECK(std::get<remote::KnownCredentials>(made.origin).credentials.access_key_id == "own");
  CHECK(made.roles.size() == 1);
  CHECK(made.token_service.url == "https://sts.amazonaws.com");
}

TEST_CASE("a role's source may be the environment or the machine") {
  const auto with = [](const std::string& source) {
    return Given{.wishes = {.profile = "p"},
                 .variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/c"}},
                 .config = "[profile p]\nrole_arn = r\ncredential_source = " + source + "\n"};
  };
  CHECK_NOTHROW(origin<remote::MachineMetadata>(with("Ec2InstanceMetadata")));
  CHECK(origin<remote::ContainerEndpoint>(with("ecscontainer")).url == "http://169.254.170.2/c");
  CHECK(refusal(with("Environment")).find("has none") != std::string::npos);
  CHECK(refusal(with("Elsewhere")).find("none of") != std::string::npos);
}

TEST_CASE("roles that cannot be assumed are refused by what is wrong with them") {
  const auto of = [](const std::string& config) {
    return refusal({.config = "[default]\nrole_arn = r\n" + config});
  };
  CHECK(of("").find("needs a source_profile") != std::string::npos);
  CHECK(of("source_profile = x\ncredential_source = Environment\n").find("not both") !=
        std::string::npos);
  CHECK(of("source_profile = x\n").find("not there") != std::string::npos);
  CHECK(of("source_profile = x\n[profile x]\nregion = a\n").find("no credentials") !=
        std::string::npos);
  CHECK(of("source_profile = x\n[profile x]\nrole_arn = q\nsource_profile = default\n")
            .find("leads back") != std::string::npos);
  CHECK(of("source_profile = default\n").find("leads back") != std::string::npos);
  CHECK(
      of(keys("own") + "source_profile = x\n[profile x]\nrole_arn = q\nsource_profile = default\n")
          .find("leads back") != std::string::npos);
  CHECK(of("source_profile = x\nmfa_serial = m\n").find("MFA") != std::string::npos);
}

TEST_CASE("a container's endpoint is asked where it can be trusted alone") {
  const auto full = [](const std::string& url) {
    return Given{.variables = {{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url},
                               {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "hush"}}};
  };
  CHECK(origin<remote::ContainerEndpoint>(full("http://127.0.0.1:9/c")).token == "hush");
  CHECK(origin<remote::ContainerEndpoint>(full("http://[fd00:ec2::23]/c")).url ==
        "http://[fd00:ec2::23]/c");
  CHECK(origin<remote::ContainerEndpoint>(full("https://any.example/c")).url ==
        "https://any.example/c");
  CHECK(refusal(full("http://any.example/c")).find("FULL_URI") != std::string::npos);
  CHECK(refusal(full("ftp://localhost/")).find("FULL_URI") != std::string::npos);
  CHECK(refusal({.variables = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@evil.example/"}}})
            .find("begin") != std::string::npos);
}

TEST_CASE("the machine's metadata come last, unless they are switched off") {
  CHECK(origin<remote::MachineMetadata>({}).url == "http://169.254.169.254");
  CHECK(origin<remote::MachineMetadata>(
            {.variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}}})
            .url == "http://[fd00:ec2::254]");
  CHECK(origin<remote::MachineMetadata>(
            {.variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1/"}}})
            .url == "http://127.0.0.1:1");
  CHECK(plan({}).passed_over ==
        "AWS_ACCESS_KEY_ID is not set, no profile in CREDENTIALS and CONFIG, no container's "
        "endpoint is set");
  CHECK(refusal({.variables = {{"AWS_EC2_METADATA_DISABLED", "true"}}})
            .find("no profile in CREDENTIALS and CONFIG") != std::string::npos);
  CHECK(refusal({.wishes = {.own_file = true}}).find("no profile") != std::string::npos);
}

TEST_CASE("OSS has variables of its own, and AWS's never count for it") {
  const Given aws{.wishes = {.store = StoreKind::Oss},
                  .variables = kKeysSet,
                  .credentials = "[default]\n" + keys("file") + "[dev]\n" + keys("dev")};
  CHECK(refusal(aws) == "find credentials: OSS_ACCESS_KEY_ID is not set");
  Given given = aws;
  given.variables.insert({{"OSS_ACCESS_KEY_ID", "oss"},
                          {"OSS_ACCESS_KEY_SECRET", "hush"},
                          {"OSS_SESSION_TOKEN", "token"},
                          {"AWS_PROFILE", "missing"}});
  CHECK(known_id(given) == "oss");
  given = aws;
  given.wishes.profile = "dev";
  CHECK(known_id(given) == "dev");
  given.wishes = {.store = StoreKind::Oss, .own_file = true};
  CHECK(known_id(given) == "file");
}

TEST_CASE("roles are assumed where the endpoint and the region are set") {
  Given given{.wishes = {.region = "cn-north-1"},
              .variables = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/token"}, {"AWS_ROLE_ARN", "arn"}}};
  CHECK(plan(given).token_service.url == "https://sts.cn-north-1.amazonaws.com.cn");
  given.variables["AWS_ENDPOINT_URL_STS"] = "http://localhost:9000/";
  CHECK(plan(given).token_service.url == "http://localhost:9000");
  given.wishes.region = "evil.example/";
  CHECK(refusal(given).find("region") != std::string::npos);
}
