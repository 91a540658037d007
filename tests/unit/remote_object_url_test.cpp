#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "remote/object_url.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

std::string cause_of(std::string_view text) {
  const auto url = parse_object_url(text);
  if (url) return "-";
  CHECK(url.error().code == ErrorCode::Usage);
  return url.error().cause;
}

}  // namespace

TEST_CASE("the scheme, in any case, tells objects from what HTTP fetches") {
  CHECK(is_object_url("s3://b/k"));
  CHECK(is_object_url("S3://b/k"));
  CHECK(is_object_url("Oss://"));
  CHECK_FALSE(is_object_url("s3:/b/k"));
  CHECK_FALSE(is_object_url("https://s3.amazonaws.com/b/k"));
  CHECK_FALSE(is_object_url(""));
}

TEST_CASE("a key is taken byte for byte, and is the same when it is printed and read again") {
  for (const std::string key :
       {"plain.txt", "", "/", "//", "a//b/", "a b+c", "100%25", "%", "what?versionId=1", "a#b",
        "größe/文件", "\xff\xfe", "a\tb\nc", "../x", " ", "a/s3://b/c"}) {
    CAPTURE(key);
    const auto url = parse_object_url("s3://bucket/" + key);
    REQUIRE(url.has_value());
    CHECK(*url == ObjectUrl{StoreKind::S3, "bucket", key});
    CHECK(to_text(*url) == "s3://bucket/" + key);
  }
}

TEST_CASE("without a key it is the bucket, with a slash or without") {
  for (const char* text : {"oss://bucket", "oss://bucket/"}) {
    const auto url = parse_object_url(text);
    REQUIRE(url.has_value());
    CHECK(*url == ObjectUrl{StoreKind::Oss, "bucket", ""});
    CHECK(to_text(*url) == "oss://bucket/");
  }
}

TEST_CASE("a name that no bucket has is refused with the cause") {
  CHECK(cause_of("s3://") == "it names no bucket");
  CHECK(cause_of("s3:///key") == "it names no bucket");
  CHECK(cause_of("https://bucket/key") == "it begins with neither s3:// nor oss://");
  CHECK(cause_of("s3://ab/key") == "its bucket's name has fewer than 3 characters");
  CHECK(cause_of("s3://" + std::string(256, 'a')) ==
        "its bucket's name has more than 255 characters");
  CHECK(cause_of("oss://" + std::string(64, 'a')) ==
        "its bucket's name has more than 63 characters");
  CHECK(cause_of("s3://my bucket/k") == "its bucket's name has \" \"");
  CHECK(cause_of("s3://bucket?x=1") == "its bucket's name has \"?\"");
  CHECK(cause_of("s3://192.168.1.1/k") == "its bucket's name is an IP address");
  CHECK(cause_of("s3://.../k") == "its bucket's name is dots alone");
  CHECK(cause_of("s3://arn:aws:s3:eu-west-1:1:accesspoint/x/k") ==
        "it has an ARN for a bucket's name, which is not supported");
  CHECK(cause_of("oss://Bucket/k") == "its bucket's name has a capital letter");
  CHECK(cause_of("oss://my.bucket/k") == "its bucket's name has \".\"");
  CHECK(cause_of("oss://-bucket/k") == "its bucket's name begins or ends with \"-\"");
}

TEST_CASE("the names of old buckets are taken, but do not fit a host's name") {
  for (const char* bucket : {"My_Bucket", "a..b", "-bucket", "bucket-", ".bucket", "a-.b"}) {
    CAPTURE(bucket);
    CHECK(parse_object_url(std::string("s3://") + bucket + "/k").has_value());
    CHECK_FALSE(fits_host_name(bucket));
  }
  for (const char* bucket : {"bucket", "my.bucket", "0-0", "a--b"}) CHECK(fits_host_name(bucket));
  CHECK_FALSE(fits_host_name("10.0.0.1"));
}

TEST_CASE("a key is as long as the stores allow, and in OSS begins with no slash") {
  CHECK(cause_of("s3://bucket/" + std::string(1024, 'k')) == "-");
  CHECK(cause_of("s3://bucket/" + std::string(1025, 'k')) == "its key is longer than 1024 bytes");
  CHECK(cause_of("oss://bucket//k") == "a key in OSS begins with no slash");
}

TEST_CASE("credentials that somebody put in front of the bucket are not shown") {
  const auto url = parse_object_url("s3://AKIA:SECRET@bucket/key");
  REQUIRE_FALSE(url.has_value());
  CHECK(to_string(url.error()).find("SECRET") == std::string::npos);
}

TEST_CASE("a place is its own key and what is below it, and nothing that only begins alike") {
  for (const char* key : {"logs", "logs/", "logs/a", "logs//a"}) CHECK(is_at_or_below(key, "logs"));
  for (const char* key : {"logs2", "logs-a/b", "log", "a/logs"}) {
    CHECK_FALSE(is_at_or_below(key, "logs"));
  }
  CHECK(is_at_or_below("logs/a", "logs/"));
  CHECK_FALSE(is_at_or_below("logs", "logs/"));
  CHECK(is_at_or_below("anything", ""));
}
