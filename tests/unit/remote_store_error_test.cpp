#include <catch2/catch.hpp>

#include "base/text.hpp"
#include "remote/store_error.hpp"

using namespace xget;
using namespace xget::remote;

TEST_CASE("a refusal of S3 says why, and where the bucket is") {
  const StoreError error = parse_store_error(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<Error><Code>AuthorizationHeaderMalformed</Code><Message>the region 'us-east-1' is "
      "wrong</Message><Region>eu-west-1</Region><RequestId>4442587FB7D0A2F9</RequestId>"
      "<HostId>abc=</HostId></Error>");
  CHECK(error.code == "AuthorizationHeaderMalformed");
  CHECK(error.message == "the region 'us-east-1' is wrong");
  CHECK(error.region == "eu-west-1");
  CHECK(error.request_id == "4442587FB7D0A2F9");
  CHECK(trouble_of(error, 400) == StoreTrouble::OtherRegion);
}

TEST_CASE("a refusal of OSS says why, and who would serve it") {
  const StoreError error = parse_store_error(
      "<Error><Code>AccessDenied</Code><Message>use the right endpoint</Message>"
      "<RequestId>1D842BC5</RequestId><HostId>b.oss-cn-hangzhou.aliyuncs.com</HostId>"
      "<Bucket>b</Bucket><Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint><EC>0003</EC></Error>");
  CHECK(error.code == "AccessDenied");
  CHECK(error.endpoint == "oss-cn-beijing.aliyuncs.com");
  CHECK(error.region.empty());
}

TEST_CASE("a token service's refusal is read within its envelope") {
  const StoreError error = parse_store_error(
      "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>"
      "<Type>Sender</Type><Code>ExpiredTokenException</Code><Message>too late</Message></Error>"
      "<RequestId>c6104cbe</RequestId></ErrorResponse>");
  CHECK(error.code == "ExpiredTokenException");
  CHECK(error.message == "too late");
  CHECK(error.request_id == "c6104cbe");
  CHECK(trouble_of(error, 400) == StoreTrouble::NewCredentials);
}

TEST_CASE("a body that is no error document says nothing") {
  const auto body = GENERATE(std::string_view(""), "<html><body>Bad gateway</body></html>",
                             "<Error><Code>NoSuchKey</Code>", "{\"code\": \"NoSuchKey\"}");
  CAPTURE(body);
  CHECK(parse_store_error(body).code.empty());
}

TEST_CASE("what a code does not say the status does") {
  CHECK(trouble_of({}, 301) == StoreTrouble::OtherRegion);
  CHECK(trouble_of({}, 403) == StoreTrouble::Denied);
  CHECK(trouble_of({}, 404) == StoreTrouble::NoKey);
  CHECK(trouble_of({}, 412) == StoreTrouble::Condition);
  CHECK(trouble_of({}, 429) == StoreTrouble::SlowDown);
  CHECK(trouble_of({}, 500) == StoreTrouble::TryAgain);
  CHECK(trouble_of({}, 503) == StoreTrouble::SlowDown);
  CHECK(trouble_of({}, 400) == StoreTrouble::Final);
  CHECK(trouble_of({.code = "NeverHeardOf"}, 503) == StoreTrouble::SlowDown);
}

TEST_CASE("a code counts for more than the status it comes with") {
  CHECK(trouble_of({.code = "InternalError"}, 200) == StoreTrouble::TryAgain);
  CHECK(trouble_of({.code = "SlowDown"}, 200) == StoreTrouble::SlowDown);
  CHECK(trouble_of({.code = "NoSuchBucket"}, 404) == StoreTrouble::NoBucket);
  CHECK(trouble_of({.code = "BucketAlreadyExists"}, 409) == StoreTrouble::BucketTaken);
  CHECK(trouble_of({.code = "BucketAlreadyOwnedByYou"}, 409) == StoreTrouble::BucketOwned);
  CHECK(trouble_of({.code = "BucketNotEmpty"}, 409) == StoreTrouble::BucketNotEmpty);
  CHECK(trouble_of({.code = "NoSuchUpload"}, 404) == StoreTrouble::NoUpload);
  CHECK(trouble_of({.code = "RequestTimeTooSkewed"}, 403) == StoreTrouble::OtherTime);
  CHECK(trouble_of({.code = "BadDigest"}, 400) == StoreTrouble::WrongBytes);
}

TEST_CASE("a refusal is told with its code, and may pass where the store is only busy") {
  const Error denied =
      describe({.code = "AccessDenied", .message = "Access Denied", .request_id = "4442"}, 403,
               "put", "s3://b/k");
  CHECK(to_string(denied) == "put s3://b/k: AccessDenied (Access Denied; request 4442)");
  CHECK(denied.code == ErrorCode::Refused);
  CHECK(denied.number == 403);
  CHECK(describe({.code = "SlowDown"}, 503, "put", "s3://b/k").code == ErrorCode::Network);
  CHECK(describe({}, 403, "ask for", "s3://b/k").cause == "HTTP status 403");
  CHECK(describe({.request_id = "7"}, 404, "ask for", "s3://b/k").cause ==
        "HTTP status 404 (request 7)");
}

TEST_CASE("a refusal is told in one line whatever the store writes") {
  const Error error =
      describe({.code = "X", .message = "two\r\nlines\x1b[2J"}, 400, "put", "s3://b/k");
  const std::string text = to_string(error);
  CHECK(error.cause.find('\n') == std::string::npos);
  CHECK(printable(text) == text);
}
