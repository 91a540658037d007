// Credentials are fetched from where the plan says, and what goes wrong is told with what to do.
#include <catch2/catch.hpp>
#include <string>

#include "support/credential_world.hpp"

using namespace xget;
using namespace std::chrono_literals;
using core::TransferStatus;
using remote::CredentialFetch;

namespace {

constexpr const char* kEnd = "1970-01-01T13:00:00Z";  // an hour from now

struct Fixture : test::CredentialWorld {
  void begin(remote::CredentialOrigin origin, std::vector<remote::RoleToAssume> roles = {}) {
    plan.origin = std::move(origin);
    plan.roles = std::move(roles);
    fetch.emplace(plan, way, ports);
    turn(*fetch);
  }
  void answers(const std::string& url, int status, const std::string& body) {
    answered = answer(url, status, body);
    turn(*fetch);
  }
  remote::FetchedCredentials result() {
    CHECK(fetch->next_deadline() == Instant::min());
    auto taken = fetch->take_result();
    REQUIRE(taken.has_value());
    if (!*taken) FAIL(to_string(taken->error()));
    return **taken;
  }
  std::string id() { return result().credentials.access_key_id; }
  Error error() {
    auto taken = fetch->take_result();
    REQUIRE(taken.has_value());
    REQUIRE_FALSE(taken->has_value());
    const Error told = taken->error();
    CHECK((to_string(told) + told.remedy).find("hush") == std::string::npos);
    return told;
  }

  remote::CredentialPlan plan{.origin = {},
                              .source = "SOURCE",
                              .roles = {},
                              .token_service = {"https://sts.eu-west-1.amazonaws.com", "eu-west-1"},
                              .passed_over = "nothing is set"};
  std::optional<CredentialFetch> fetch;
  core::HttpRequest answered;
};

const std::string kSts = "https://sts.eu-west-1.amazonaws.com/";
const std::string kMetadata =
    R"({"Code": "Success", "AccessKeyId": "AK", "SecretAccessKey": "hush", "Token": "hush",
        "Expiration": "1970-01-01T13:00:00Z"})";

}  // namespace

TEST_CASE_METHOD(Fixture, "a command is run for what it prints") {
  begin(remote::CredentialCommand{
      {"printf", "%s", R"({"Version": 1, "AccessKeyId": "AK", "SecretAccessKey": "hush"})"}});
  CHECK(id() == "AK");
}

TEST_CASE_METHOD(Fixture, "a command that fails is told by what it says to people") {
  begin(remote::CredentialCommand{{"sh", "-c", "echo hush; echo sign in first >&2; exit 3"}});
  const Error told = error();
  CHECK(told.code == ErrorCode::Usage);
  CHECK(to_string(told) ==
        "get credentials from SOURCE: it ended with exit code 3 and said \"sign in first\"");
}

TEST_CASE_METHOD(Fixture, "a command that is not there, or prints nonsense, is told") {
  SECTION("no command") { begin(remote::CredentialCommand{{"/no/such/command"}}); }
  SECTION("nonsense") { begin(remote::CredentialCommand{{"echo", "hush"}}); }
  CHECK_FALSE(error().cause.empty());
}

TEST_CASE_METHOD(Fixture, "single sign-on trades its token for a role's credentials") {
  const std::string token =
      file("token", R"({"accessToken": "hush", "expiresAt": "1970-01-01T13:00:00Z"})");
  const remote::SsoRole role{.token_file = token,
                             .url = "https://portal.example",
                             .account_id = "1",
                             .role_name = "r",
                             .login = "aws sso login --profile p"};
  const std::string url = "https://portal.example/federation/credentials?role_name=r&account_id=1";
  SECTION("which come") {
    begin(role);
    answers(url, 200, R"({"roleCredentials": {"accessKeyId": "AK", "secretAccessKey": "hush",
                          "sessionToken": "hush", "expiration": 46800000}})");
    CHECK(test::header_of(answered, "x-amz-sso_bearer_token") == "hush");
    const auto fetched = result();
    CHECK(fetched.credentials.access_key_id == "AK");
    CHECK(fetched.end == WallTime(13h));
  }
  SECTION("unless the sign-in is over") {
    file("token", R"({"accessToken": "hush", "expiresAt": "1970-01-01T12:00:00Z"})");
    begin(role);
    const Error told = error();
    CHECK(told.code == ErrorCode::Usage);
    CHECK(told.remedy == "type: aws sso login --profile p");
  }
  SECTION("unless the portal says so") {
    begin(role);
    answers(url, 401, R"({"message": "Session token not found or invalid"})");
    CHECK(error().remedy == "type: aws sso login --profile p");
  }
  SECTION("unless the role is not theirs") {
    begin(role);
    answers(url, 403, "");
    CHECK(error().code == ErrorCode::Refused);
  }
  SECTION("unless nobody ever signed in") {
    auto other = role;
    other.token_file += "-missing";
    begin(other);
    const Error told = error();
    CHECK(told.cause.find("-missing") != std::string::npos);
    CHECK(told.remedy == "type: aws sso login --profile p");
  }
}

TEST_CASE_METHOD(Fixture, "a web identity is traded for a role's credentials") {
  begin(remote::WebIdentity{{.arn = "r", .session_name = "me"}, file("token", "a.b\n")});
  CHECK(wire.request(wire.newest()).body->size() > 0);
  answers(kSts, 200, test::role_answer("AK", kEnd));
  const auto fetched = result();
  CHECK(fetched.credentials.access_key_id == "AK");
  CHECK(fetched.end == WallTime(13h));
}

TEST_CASE_METHOD(Fixture, "a refusal of the token service is told in its words") {
  begin(remote::WebIdentity{{.arn = "r", .session_name = "me"}, file("token", "hush")});
  answers(kSts, 403,
          "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Not you</Message></Error>"
          "</ErrorResponse>");
  const Error told = error();
  CHECK(told.code == ErrorCode::Refused);
  CHECK(told.cause.find("AccessDenied (Not you") == 0);
}

TEST_CASE_METHOD(Fixture, "roles are assumed one by the other") {
  begin(remote::KnownCredentials{{"base", "hush", ""}},
        {{.arn = "inner", .session_name = "me"}, {.arn = "outer", .session_name = "me"}});
  CHECK(fetch->take_result() == std::nullopt);
  answers(kSts, 200, test::role_answer("middle", kEnd));
  CHECK(test::header_of(answered, "Authorization").find("Credential=base/") != std::string::npos);
  answers(kSts, 200, test::role_answer("last", kEnd));
  CHECK(test::header_of(answered, "Authorization").find("Credential=middle/") != std::string::npos);
  CHECK(id() == "last");
}

TEST_CASE_METHOD(Fixture, "a role that cannot be assumed is told by its name") {
  begin(remote::KnownCredentials{{"base", "hush", ""}}, {{.arn = "the-role"}});
  answers(kSts, 403, "");
  CHECK(error().subject == "the role the-role");
}

TEST_CASE_METHOD(Fixture, "a container's endpoint is asked with its token, and by no proxy") {
  way.proxy = "http://proxy.example:3128";
  const std::string url = "http://169.254.170.2/c";
  SECTION("of the environment") { begin(remote::ContainerEndpoint{url, "hush", ""}); }
  SECTION("of a file, which may change") {
    begin(remote::ContainerEndpoint{url, "other", file("token", "hush\n")});
  }
  answers(url, 200, kMetadata);
  CHECK(test::header_of(answered, "Authorization") == "hush");
  CHECK(answered.proxy.empty());
  CHECK(id() == "AK");
}

TEST_CASE_METHOD(Fixture, "services far away are asked by the proxy that is set") {
  way.proxy = "http://proxy.example:3128";
  begin(remote::KnownCredentials{{"base", "hush", ""}}, {{.arn = "r"}});
  answers(kSts, 200, test::role_answer("AK", kEnd));
  CHECK_FALSE(answered.proxy.empty());
}

TEST_CASE_METHOD(Fixture, "a machine is asked for a token, its role and that one's credentials") {
  const std::string base = "http://169.254.169.254/latest/";
  begin(remote::MachineMetadata{"http://169.254.169.254"});
  answers(base + "api/token", 200, "hush");
  answers(base + "meta-data/iam/security-credentials/", 200, "my-role\n");
  CHECK(test::header_of(answered, "X-aws-ec2-metadata-token") == "hush");
  answers(base + "meta-data/iam/security-credentials/my-role", 200, kMetadata);
  CHECK(id() == "AK");
}

TEST_CASE_METHOD(Fixture, "a machine that gives none is told with all that was looked at") {
  const std::string base = "http://169.254.169.254/latest/";
  begin(remote::MachineMetadata{"http://169.254.169.254"});
  SECTION("nobody is there") {
    clock.pass(1s);
    turn(*fetch);
  }
  SECTION("nobody can be reached") {
    wire.end(wire.newest(), TransferStatus::ConnectFailed);
    turn(*fetch);
  }
  SECTION("another maker's machine") { answers(base + "api/token", 405, ""); }
  SECTION("a machine without a role") {
    answers(base + "api/token", 200, "hush");
    answers(base + "meta-data/iam/security-credentials/", 404, "");
  }
  const Error told = error();
  CHECK(told.code == ErrorCode::Usage);
  CHECK(told.cause.find("nothing is set") != std::string::npos);
  CHECK(told.remedy.find("aws configure") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "credentials that have ended are of no use") {
  begin(remote::WebIdentity{{.arn = "r"}, file("token", "t")});
  answers(kSts, 200, test::role_answer("AK", "1970-01-01T12:00:00Z"));
  CHECK(error().remedy.find("clock") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "a network that fails is tried some times, in bounded time") {
  begin(remote::KnownCredentials{{"base", "hush", ""}}, {{.arn = "r"}});
  const Instant began = clock.now();
  std::optional<Result<remote::FetchedCredentials>> taken;
  while (!(taken = fetch->take_result())) {
    if (wire.newest() != 0) wire.end(wire.newest(), TransferStatus::Broken);
    clock.pass(100ms);
    turn(*fetch);
    REQUIRE(clock.now() - began < 2min);
  }
  REQUIRE_FALSE(taken->has_value());
  CHECK(taken->error().code == ErrorCode::Network);
}

TEST_CASE_METHOD(Fixture, "who waits no longer ends what runs") {
  begin(remote::ContainerEndpoint{"http://169.254.170.2/c", "", ""});
  CHECK(wire.newest() != 0);
  fetch.reset();
  CHECK(wire.newest() == 0);
}
