#include <catch2/catch.hpp>
#include <string>

#include "net/url.hpp"
#include "remote/endpoint.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

std::string url_for(const EndpointSettings& settings, std::string_view bucket,
                    std::string_view key) {
  const auto place = place_of(settings, bucket, key);
  return place ? url_of(*place, {}) : "refused: " + place.error().cause;
}

EndpointSettings s3(std::string region) { return {.region = std::move(region)}; }
EndpointSettings s3_at(std::string url, PathStyle style = PathStyle::Auto) {
  return {.url = std::move(url), .path_style = style};
}
EndpointSettings oss(std::string region) {
  return {.store = StoreKind::Oss, .region = std::move(region)};
}

}  // namespace

TEST_CASE("Amazon's own hosts follow from the region") {
  CHECK(url_for(s3(""), "bucket", "k") == "https://bucket.s3.us-east-1.amazonaws.com/k");
  CHECK(url_for(s3("eu-west-1"), "bucket", "a/b") ==
        "https://bucket.s3.eu-west-1.amazonaws.com/a/b");
  CHECK(url_for(s3("cn-north-1"), "bucket", "k") ==
        "https://bucket.s3.cn-north-1.amazonaws.com.cn/k");
  CHECK(url_for(s3("us-gov-west-1"), "bucket", "k") ==
        "https://bucket.s3.us-gov-west-1.amazonaws.com/k");
  CHECK(url_for(s3("eu-west-1"), "bucket", "") == "https://bucket.s3.eu-west-1.amazonaws.com/");
  CHECK(url_for(s3("eu-west-1"), "", "") == "https://s3.eu-west-1.amazonaws.com/");
}

TEST_CASE("a bucket whose name no host or certificate can have is in the path") {
  for (const std::string bucket : {"My_Bucket", "my.bucket", "a..b"}) {
    CHECK(url_for(s3("eu-west-1"), bucket, "k") ==
          "https://s3.eu-west-1.amazonaws.com/" + bucket + "/k");
  }
  CHECK(url_for(s3_at("http://store.example"), "my.bucket", "k") ==
        "http://my.bucket.store.example/k");
}

TEST_CASE("a store on this machine, at an address or under a path has buckets in its path") {
  for (const std::string url :
       {"http://localhost:9000", "http://127.0.0.1:9000", "http://[::1]:9000", "http://minio:9000",
        "http://s3.localhost:9000", "https://store.example/base"}) {
    CAPTURE(url);
    CHECK(url_for(s3_at(url), "bucket", "k") == url + "/bucket/k");
    CHECK(url_for(s3_at(url + "/"), "bucket", "") == url + "/bucket/");
  }
  CHECK(url_for(s3_at("https://store.example"), "bucket", "k") == "https://bucket.store.example/k");
}

TEST_CASE("who says where the bucket goes has it there") {
  CHECK(url_for(s3_at("https://store.example:8443", PathStyle::On), "bucket", "k") ==
        "https://store.example:8443/bucket/k");
  CHECK(url_for(s3_at("http://minio:9000", PathStyle::Off), "bucket", "k") ==
        "http://bucket.minio:9000/k");
  CHECK(url_for(s3_at("http://127.0.0.1:9000", PathStyle::Off), "bucket", "k") ==
        "refused: the host is an IP address");
  CHECK(url_for(s3_at("https://store.example", PathStyle::Off), "My_Bucket", "k") ==
        "refused: the bucket's name cannot be part of a host's");
  CHECK(url_for(s3_at("https://store.example", PathStyle::Off), "my.bucket", "k") ==
        "refused: no certificate covers a bucket's name with a dot");
  CHECK(url_for(s3_at("https://store.example", PathStyle::Off), "", "") ==
        "https://store.example/");
}

TEST_CASE("OSS has its own hosts, and signs the bucket in the path wherever it is") {
  EndpointSettings settings = oss("cn-hangzhou");
  CHECK(url_for(settings, "bucket", "k") == "https://bucket.oss-cn-hangzhou.aliyuncs.com/k");
  CHECK(place_of(settings, "bucket", "a b")->canonical_path == "/bucket/a%20b");
  CHECK(place_of(settings, "bucket", "")->canonical_path == "/bucket/");
  CHECK(place_of(settings, "", "")->canonical_path == "/");
  settings.internal = true;
  CHECK(url_for(settings, "bucket", "k") ==
        "https://bucket.oss-cn-hangzhou-internal.aliyuncs.com/k");
  CHECK(url_for(oss("oss-cn-beijing"), "bucket", "k") ==
        "https://bucket.oss-cn-beijing.aliyuncs.com/k");
  CHECK(url_for(oss(""), "bucket", "k") == "refused: no region is said");
  settings.url = "http://127.0.0.1:8080";
  CHECK(url_for(settings, "bucket", "k") == "http://127.0.0.1:8080/bucket/k");
}

TEST_CASE("what S3 signs as a path is the one that is sent") {
  for (const auto& settings : {s3("eu-west-1"), s3_at("https://store.example/base/")}) {
    const auto place = place_of(settings, "bucket", "a b//ü");
    REQUIRE(place.has_value());
    CHECK(place->canonical_path == place->path);
  }
}

TEST_CASE("a URL of a store that says too much, or a region that is none, is refused") {
  CHECK(url_for(s3_at("https://me:pw@store.example"), "bucket", "k") ==
        "refused: its URL has a user's name");
  CHECK(url_for(s3_at("https://store.example/?x=1"), "bucket", "k") ==
        "refused: its URL has a query");
  CHECK_FALSE(place_of(s3_at("ftp://store.example"), "bucket", "k").has_value());
  for (const char* region : {"evil.example/", "a b", "x\r\nHost: y", "eu.west"}) {
    CHECK(url_for(s3(region), "bucket", "k") == "refused: this is no region's name");
  }
}

TEST_CASE("a key that would become another one in a URL is refused") {
  for (const char* key : {"..", ".", "a/../b", "a/./b", "a/.."}) {
    CAPTURE(key);
    CHECK(url_for(s3("eu-west-1"), "bucket", key).starts_with("refused: the key has a segment"));
  }
  for (const std::string key : {"...", "a..b", ".hidden", "a/.b", "/", "a//b"}) {
    const auto place = place_of(s3("eu-west-1"), "bucket", key);
    REQUIRE(place.has_value());
    CHECK(net::parse_url(url_of(*place, {}))->path == place->path);
  }
}

TEST_CASE("the region to sign for is what is set, or what the URL says, or Amazon's first") {
  CHECK(signing_region(s3("")) == "us-east-1");
  CHECK(signing_region(s3("garage")) == "garage");
  CHECK(signing_region(s3_at("https://s3.eu-west-1.amazonaws.com")) == "eu-west-1");
  CHECK(signing_region(s3_at("https://store.example")) == "us-east-1");
  CHECK(signing_region(oss("oss-cn-beijing")) == "cn-beijing");
  EndpointSettings settings = oss("");
  CHECK(signing_region(settings).empty());
  settings.url = "https://oss-cn-shenzhen-internal.aliyuncs.com";
  CHECK(signing_region(settings) == "cn-shenzhen");
}

TEST_CASE("hosts of Amazon's and Alibaba's say their region, others say nothing") {
  const auto amazon = [](std::string_view host) {
    return region_of_host(StoreKind::S3, host).value_or("-");
  };
  CHECK(amazon("bucket.s3.eu-west-1.amazonaws.com") == "eu-west-1");
  CHECK(amazon("my.s3.bucket.S3.EU-west-1.amazonaws.com") == "eu-west-1");
  CHECK(amazon("s3-ap-south-1.amazonaws.com") == "ap-south-1");
  CHECK(amazon("bucket.s3.dualstack.eu-north-1.amazonaws.com") == "eu-north-1");
  CHECK(amazon("s3.cn-north-1.amazonaws.com.cn") == "cn-north-1");
  CHECK(amazon("bucket.s3.amazonaws.com") == "us-east-1");
  CHECK(amazon("s3.amazonaws.com") == "us-east-1");
  CHECK(amazon("bucket.s3-accelerate.amazonaws.com") == "-");
  CHECK(amazon("ec2.eu-west-1.amazonaws.com") == "-");
  CHECK(amazon("s3.eu-west-1.amazonaws.com.evil.example") == "-");
  CHECK(amazon("eu-west-1") == "-");
  CHECK(amazon("") == "-");
  const auto alibaba = [](std::string_view host) {
    return region_of_host(StoreKind::Oss, host).value_or("-");
  };
  CHECK(alibaba("bucket.oss-cn-beijing.aliyuncs.com") == "cn-beijing");
  CHECK(alibaba("oss-us-west-1-internal.aliyuncs.com") == "us-west-1");
  CHECK(alibaba("oss-accelerate.aliyuncs.com") == "-");
  CHECK(alibaba("oss-cn-beijing.evil.example") == "-");
}

TEST_CASE("a host is written with brackets, without a zone and without the scheme's own port") {
  const auto authority_at = [](std::string url) {
    return authority(*place_of(s3_at(std::move(url)), "bucket", "k"));
  };
  CHECK(authority_at("https://store.example:443") == "bucket.store.example");
  CHECK(authority_at("http://store.example:443") == "bucket.store.example:443");
  CHECK(authority_at("http://[::1]:9000") == "[::1]:9000");
  CHECK(authority_at("http://[fe80::1%25eth0]/") == "[fe80::1]");
  CHECK(url_for(s3_at("http://[fe80::1%25eth0]:9000/"), "bucket", "k") ==
        "http://[fe80::1%25eth0]:9000/bucket/k");
}
