// URLs by which others ask a bucket.
#include <catch2/catch.hpp>

#include "remote/bucket_access.hpp"
#include "support/fake_credentials.hpp"
#include "support/fake_network.hpp"

using namespace xget;
using namespace std::chrono_literals;

namespace {

struct Fixture {
  Result<PresignedUrl> presigned(remote::BucketSettings settings = {.endpoint = {},
                                                                    .bucket = "b"}) {
    remote::BucketAccess bucket(std::move(settings), credentials, clock);
    remote::BucketQuestion question;
    question.key = "a b";
    return bucket.presigned_url(question, 1h);
  }

  test::FakeClock clock;
  std::shared_ptr<test::FakeCredentials> credentials = std::make_shared<test::FakeCredentials>();
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a URL is signed for the object, its time and the region") {
  const auto url = presigned({.endpoint = {.url = "", .region = "eu-west-1"}, .bucket = "b-b"});
  REQUIRE(url);
  CHECK(url->url.starts_with("https://b-b.s3.eu-west-1.amazonaws.com/a%20b?"));
  CHECK(has(url->url, "X-Amz-Expires=3600"));
  CHECK(has(url->url, "%2Feu-west-1%2Fs3%2Faws4_request"));
  CHECK_FALSE(url->temporary);
}

TEST_CASE_METHOD(Fixture, "Alibaba's are signed in its own words") {
  remote::EndpointSettings endpoint;
  endpoint.store = remote::StoreKind::Oss;
  endpoint.region = "cn-hangzhou";
  const auto url = presigned({.endpoint = endpoint, .bucket = "bbb"});
  REQUIRE(url);
  CHECK(url->url.starts_with("https://bbb.oss-cn-hangzhou.aliyuncs.com/a%20b?"));
  CHECK(has(url->url, "x-oss-expires=3600"));
}

TEST_CASE_METHOD(Fixture, "who holds the URL pays where whoever made it would") {
  const auto url = presigned({.endpoint = {}, .bucket = "b", .requester_pays = true});
  REQUIRE(url);
  CHECK(has(url->url, "x-amz-request-payer=requester"));
}

TEST_CASE_METHOD(Fixture, "temporary credentials are told, and the anonymous can sign nothing") {
  credentials->known = {{"AK", "SK", "token"}};
  CHECK(presigned()->temporary);
  credentials->known = remote::Credentials{};
  REQUIRE_FALSE(presigned());
  CHECK(presigned().error().code == ErrorCode::Usage);
}
