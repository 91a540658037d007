// What commands, portals and metadata services say when they are asked for credentials.
#include <catch2/catch.hpp>
#include <string>

#include "remote/credential_answers.hpp"

using namespace xget;
using namespace std::chrono_literals;
using remote::parse_command_credentials;
using remote::parse_metadata_credentials;
using remote::parse_sso_credentials;
using remote::parse_sso_token;

namespace {

constexpr WallTime kNoon{12h};

}  // namespace

TEST_CASE("a command's credentials may have a token and an end") {
  const auto whole = parse_command_credentials(
      R"({"Version": 1, "AccessKeyId": "AK", "SecretAccessKey": "SK", "SessionToken": "T",
          "Expiration": "1970-01-01T12:00:00Z", "More": [1]})");
  REQUIRE(whole.has_value());
  CHECK(whole->credentials.access_key_id == "AK");
  CHECK(whole->credentials.secret_access_key == "SK");
  CHECK(whole->credentials.session_token == "T");
  CHECK(whole->end == kNoon);
  const auto keys = parse_command_credentials(
      R"({"Version": 1, "AccessKeyId": "AK", "SecretAccessKey": "SK", "Expiration": null})");
  REQUIRE(keys.has_value());
  CHECK(keys->credentials.session_token.empty());
  CHECK(keys->end == std::nullopt);
}

TEST_CASE("a command's output that is of no use is told without a word of it") {
  const auto why = [](const std::string& text) {
    const auto parsed = parse_command_credentials(text);
    REQUIRE_FALSE(parsed.has_value());
    CHECK(parsed.error().find("hush") == std::string::npos);
    return parsed.error();
  };
  CHECK(why("hush") == "its output is no JSON object");
  CHECK(why("") == "its output is no JSON object");
  CHECK(why("[\"hush\"]") == "its output is no JSON object");
  CHECK(why(R"({"a": {"b": {"c": {"d": "hush"}}}})") == "its output is no JSON object");
  CHECK(why(R"({"AccessKeyId": "hush"})") == "its output is not of Version 1");
  CHECK(why(R"({"Version": "1"})") == "its output is not of Version 1");
  CHECK(why(R"({"Version": 1, "SecretAccessKey": "hush"})") == "the answer has no AccessKeyId");
  CHECK(why(R"({"Version": 1, "AccessKeyId": "hush"})") == "the answer has no SecretAccessKey");
  CHECK(why(R"({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": ["hush"]})") ==
        "the answer has no SecretAccessKey");
  CHECK(
      why(R"({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "Expiration": "hush"})") ==
      "its Expiration is no time");
  CHECK(why(R"({"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "Expiration": 1})") ==
        "its Expiration is no time");
}

TEST_CASE("a machine's and a container's credentials have a token") {
  const auto of_machine = parse_metadata_credentials(
      R"({"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": "AK", "SecretAccessKey": "SK",
          "Token": "T", "Expiration": "1970-01-01T12:00:00Z"})");
  REQUIRE(of_machine.has_value());
  CHECK(of_machine->credentials.session_token == "T");
  CHECK(of_machine->end == kNoon);
  CHECK(parse_metadata_credentials(
            R"({"RoleArn": "r", "AccessKeyId": "A", "SecretAccessKey": "S", "Token": "T"})")
            .has_value());
  CHECK(parse_metadata_credentials(R"({"AccessKeyId": "A", "SecretAccessKey": "S"})").error() ==
        "the answer has no Token");
  CHECK(parse_metadata_credentials(R"({"Code": "Failed"})").error() ==
        "the answer is not of success");
  CHECK_FALSE(parse_metadata_credentials("<html>").has_value());
}

TEST_CASE("a portal's credentials end in milliseconds") {
  const auto fetched = parse_sso_credentials(
      R"({"roleCredentials": {"accessKeyId": "AK", "secretAccessKey": "SK", "sessionToken": "T",
          "expiration": 43200999}})");
  REQUIRE(fetched.has_value());
  CHECK(fetched->credentials.access_key_id == "AK");
  CHECK(fetched->credentials.session_token == "T");
  CHECK(fetched->end == kNoon);
  const auto with_end = [](const std::string& end) {
    return parse_sso_credentials(
        R"({"roleCredentials": {"accessKeyId": "AK", "secretAccessKey": "SK", "expiration": )" +
        end + "}}");
  };
  CHECK_FALSE(with_end("-1").has_value());
  CHECK_FALSE(with_end("9223372036854775807").has_value());
  CHECK_FALSE(with_end("18446744073709551615").has_value());
  CHECK_FALSE(with_end("\"soon\"").has_value());
  CHECK_FALSE(parse_sso_credentials(R"({"message": "no"})").has_value());
}

TEST_CASE("a token for single sign-on ends, however its end is written") {
  CHECK(parse_sso_token(R"({"accessToken": "T", "expiresAt": "1970-01-01T12:00:00Z"})")->token ==
        "T");
  CHECK(parse_sso_token(R"({"accessToken": "T", "expiresAt": "1970-01-01T12:00:00UTC"})")->end ==
        kNoon);
  CHECK_FALSE(parse_sso_token(R"({"accessToken": "T"})").has_value());
  CHECK_FALSE(parse_sso_token(R"({"expiresAt": "1970-01-01T12:00:00Z"})").has_value());
  CHECK_FALSE(parse_sso_token("").has_value());
}
