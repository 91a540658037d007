// The requests that credentials are asked for with.
#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "remote/credential_requests.hpp"

using namespace xget;
using core::Method;

namespace {

std::string body_of(const core::HttpRequest& request) {
  REQUIRE(request.body != nullptr);
  std::string text(request.body->size(), '\0');
  std::string read;
  while (read.size() < text.size()) {
    std::array<std::byte, 7> some{};  // as a transport asks: piece by piece
    const auto count = request.body->read_at(read.size(), some);
    REQUIRE(count.has_value());
    read.append(reinterpret_cast<const char*>(some.data()), *count);
  }
  return read;
}

std::string header(const core::HttpRequest& request, const std::string& name) {
  for (const core::Header& one : request.headers) {
    if (one.name == name) return one.value;
  }
  return "";
}

const remote::TokenService kService{"https://sts.eu-west-1.amazonaws.com", "eu-west-1"};

}  // namespace

TEST_CASE("a role is assumed by a signed form") {
  const auto request = remote::assume_role_request(
      kService, {.arn = "arn:aws:iam::1:role/r", .session_name = "me", .external_id = "a b&c"},
      {"AK", "SK", "T"}, WallTime{});
  REQUIRE(request.has_value());
  CHECK(request->method == Method::Post);
  CHECK(request->url == "https://sts.eu-west-1.amazonaws.com/");
  CHECK(body_of(*request) ==
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&"
        "RoleSessionName=me&ExternalId=a%20b%26c");
  CHECK(header(*request, "x-amz-security-token") == "T");
  const std::string signature = request->headers.back().value;
  CHECK(signature.find("Credential=AK/19700101/eu-west-1/sts/aws4_request") != std::string::npos);
  CHECK(signature.find("content-type;host;") != std::string::npos);
}

TEST_CASE("a web identity is shown without a signature") {
  const auto request = remote::web_identity_request({"http://[::1]:9000", "x"},
                                                    {.arn = "r", .session_name = "me"}, "a.b+c");
  REQUIRE(request.has_value());
  CHECK(request->url == "http://[::1]:9000/");
  CHECK(body_of(*request) ==
        "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r&RoleSessionName=me&"
        "WebIdentityToken=a.b%2Bc");
  CHECK(header(*request, "authorization").empty());
}

TEST_CASE("a portal is asked with the token in a header field") {
  const auto request = remote::sso_request(
      {.url = "https://portal.example", .account_id = "1", .role_name = "a b"}, "token");
  REQUIRE(request.has_value());
  CHECK(request->url ==
        "https://portal.example/federation/credentials?role_name=a%20b&account_id=1");
  CHECK(header(*request, "x-amz-sso_bearer_token") == "token");
}

TEST_CASE("a machine is asked in three steps") {
  const remote::MachineMetadata machine{"http://169.254.169.254"};
  const auto token = remote::metadata_token_request(machine);
  REQUIRE(token.has_value());
  CHECK(token->method == Method::Put);
  CHECK(token->url == "http://169.254.169.254/latest/api/token");
  CHECK(header(*token, "X-aws-ec2-metadata-token-ttl-seconds") == "21600");
  const auto role = remote::metadata_role_request(machine, "t");
  REQUIRE(role.has_value());
  CHECK(role->url == "http://169.254.169.254/latest/meta-data/iam/security-credentials/");
  CHECK(header(*role, "X-aws-ec2-metadata-token") == "t");
  const auto keys = remote::metadata_credentials_request(machine, "t", "a/../b");
  REQUIRE(keys.has_value());
  CHECK(keys->url == "http://169.254.169.254/latest/meta-data/iam/security-credentials/a%2F..%2Fb");
}

TEST_CASE("what cannot be sent is refused without a word of it") {
  const auto broken = remote::container_request("http://127.0.0.1/c", "hush\r\nX: y");
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().find("hush") == std::string::npos);
  CHECK_FALSE(remote::container_request("no URL", "").has_value());
  CHECK_FALSE(remote::web_identity_request({"https://me:hush@sts.example", "x"}, {}, "t"));
}
