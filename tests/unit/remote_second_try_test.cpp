#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "remote/second_try.hpp"

using namespace xget;
using namespace xget::remote;
using namespace std::chrono_literals;

namespace {

core::ResponseHead answer(int status, std::vector<core::Header> headers = {}) {
  core::ResponseHead head;
  head.status = status;
  head.headers = std::move(headers);
  return head;
}

core::ResponseHead in_region(int status, std::string region) {
  return answer(status, {{"x-amz-bucket-region", std::move(region)}});
}

const EndpointSettings kAmazon{.region = "us-east-1"};
const EndpointSettings kOwnStore{.url = "http://localhost:9000"};
const EndpointSettings kAlibaba{.store = StoreKind::Oss, .region = "cn-hangzhou"};

std::string next(const EndpointSettings& asked, const core::ResponseHead& head,
                 const StoreError& refusal = {}) {
  return other_region(asked, head, refusal).value_or("-");
}

constexpr WallTime kNow(std::chrono::sys_days(std::chrono::year(2013) / 5 / 24));

}  // namespace

TEST_CASE("a bucket's region is learnt from whatever way the store says it") {
  CHECK(next(kAmazon, in_region(301, "eu-west-1")) == "eu-west-1");
  CHECK(next(kAmazon, in_region(400, "eu-west-1")) == "eu-west-1");  // HEAD
  CHECK(next(kAmazon, answer(400), {"AuthorizationHeaderMalformed", "eu-west-1", ""}) ==
        "eu-west-1");
  CHECK(next(kAmazon, answer(301),
             {"PermanentRedirect", "", "bucket.s3-eu-central-1.amazonaws.com"}) == "eu-central-1");
  CHECK(next(kAlibaba, answer(403), {"AccessDenied", "", "oss-cn-beijing.aliyuncs.com"}) ==
        "cn-beijing");
  CHECK(next(kOwnStore, answer(400), {"AuthorizationHeaderMalformed", "garage", ""}) == "garage");
}

TEST_CASE("nothing is asked again in the region that was asked") {
  CHECK(next(kAmazon, in_region(403, "us-east-1"), {"AccessDenied", "", ""}) == "-");
  CHECK(next(kOwnStore, answer(400), {"AuthorizationHeaderMalformed", "us-east-1", ""}) == "-");
  CHECK(next(kAmazon, in_region(200, "eu-west-1")) == "-");
  CHECK(next(kAmazon, in_region(404, "eu-west-1"), {"NoSuchKey", "", ""}) == "-");
  CHECK(next(kAmazon, answer(403), {"AccessDenied", "", ""}) == "-");
}

TEST_CASE("no answer leads to a host of its own choice") {
  CHECK(next(kAmazon, in_region(301, "evil.example/x")) == "-");
  CHECK(next(kAmazon, in_region(301, "x\r\ny")) == "-");
  CHECK(next(kAmazon, in_region(301, std::string(65, 'a'))) == "-");
  CHECK(next(kAmazon, answer(301), {"PermanentRedirect", "", "bucket.s3.evil.example"}) == "-");
  CHECK(next(kOwnStore, answer(301),
             {"PermanentRedirect", "", "bucket.s3.eu-west-1.amazonaws.com"}) == "-");
}

TEST_CASE("a clock that is wrong is corrected by the store's") {
  const auto head = answer(403, {{"Date", "Fri, 24 May 2013 01:00:00 GMT"}});
  CHECK(clock_correction(head, {"RequestTimeTooSkewed", "", ""}, kNow) == 1h);
  CHECK(clock_correction(head, {"RequestTimeTooSkewed", "", ""}, kNow + 2h) == -1h);
  CHECK(clock_correction(head, {}, kNow) == 1h);  // HEAD
}

TEST_CASE("a refusal that is not for the time corrects no clock") {
  const auto head = answer(403, {{"Date", "Fri, 24 May 2013 01:00:00 GMT"}});
  CHECK_FALSE(clock_correction(head, {"AccessDenied", "", ""}, kNow));
  CHECK_FALSE(clock_correction(head, {}, kNow + 50min));
  CHECK_FALSE(clock_correction(answer(403), {"RequestTimeTooSkewed", "", ""}, kNow));
  CHECK_FALSE(
      clock_correction(answer(403, {{"Date", "soon"}}), {"RequestTimeTooSkewed", "", ""}, kNow));
  CHECK_FALSE(clock_correction(answer(404, {{"Date", "Fri, 24 May 2013 01:00:00 GMT"}}), {}, kNow));
}
