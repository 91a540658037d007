#include <catch2/catch.hpp>
#include <string>

#include "base/iso_time.hpp"
#include "remote/account_answers.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

std::string location(const std::string& text) {
  const auto read = parse_location("<LocationConstraint>" + text + "</LocationConstraint>");
  return read.value_or("-");
}

std::string role(const std::string& credentials) {
  return "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>" +
         credentials +
         "</Credentials><AssumedRoleUser><Arn>a</Arn></AssumedRoleUser>"
         "</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
}

}  // namespace

TEST_CASE("a bucket's region is named as endpoints and signatures name it") {
  CHECK(location("eu-central-1") == "eu-central-1");
  CHECK(location("") == "us-east-1");
  CHECK(parse_location("<LocationConstraint/>").value() == "us-east-1");
  CHECK(location("EU") == "eu-west-1");
  CHECK(location("oss-cn-hangzhou") == "cn-hangzhou");
}

TEST_CASE("a region that would be part of another host's name is none") {
  CHECK(location("evil.example/") == "-");
  CHECK(location("a b") == "-");
  CHECK(location("oss-") == "-");
}

TEST_CASE("credentials for a while are read from either cloud's token service") {
  const auto amazon = parse_role_credentials(
      role("<SessionToken>tok</SessionToken><SecretAccessKey>sec</SecretAccessKey>"
           "<Expiration>2014-10-24T23:00:23Z</Expiration><AccessKeyId>ASgeIAIO</AccessKeyId>"));
  REQUIRE(amazon);
  CHECK(amazon->access_key_id == "ASgeIAIO");
  CHECK(amazon->secret_access_key == "sec");
  CHECK(amazon->session_token == "tok");
  CHECK(amazon->expiration == parse_iso_time("2014-10-24T23:00:23Z"));
  const auto alibaba = parse_role_credentials(
      "<AssumeRoleWithOIDCResponse><RequestId>3D57</RequestId><Credentials>"
      "<SecurityToken>tok</SecurityToken><Expiration>2021-10-20T04:27:09Z</Expiration>"
      "<AccessKeySecret>sec</AccessKeySecret><AccessKeyId>STS.NU</AccessKeyId></Credentials>"
      "</AssumeRoleWithOIDCResponse>");
  REQUIRE(alibaba);
  CHECK(alibaba->access_key_id == "STS.NU");
  CHECK(alibaba->secret_access_key == "sec");
  CHECK(alibaba->session_token == "tok");
}

TEST_CASE("credentials that are not whole are none, and no error tells what there was of them") {
  const auto read = parse_role_credentials(
      role("<SecretAccessKey>c4n4ry</SecretAccessKey><AccessKeyId>ASgeIAIO</AccessKeyId>"
           "<Expiration>2014-10-24T23:00:23Z</Expiration>"));
  REQUIRE_FALSE(read);
  CHECK(to_string(read.error().error).find("c4n4ry") == std::string::npos);
  CHECK_FALSE(parse_role_credentials("<AssumeRoleWithWebIdentityResponse/>"));
  CHECK_FALSE(parse_role_credentials(
      role("<SessionToken>tok</SessionToken><SecretAccessKey>sec</SecretAccessKey>"
           "<AccessKeyId>ASgeIAIO</AccessKeyId>")));
}
