#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "net/url.hpp"
#include "remote/signature.hpp"

using namespace xget;
using namespace xget::remote;
using namespace std::chrono_literals;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

WallTime at(int seconds) { return WallTime(std::chrono::seconds(seconds)); }

std::string field(const std::vector<core::Header>& headers, std::string_view name) {
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [&](const core::Header& header) { return header.name == name; });
  return found == headers.end() ? "-" : found->value;
}

std::string signature_in(const std::string& text) {
  constexpr std::string_view kMark = "ignature=";
  const auto mark = text.find(kMark);
  return mark == std::string::npos ? "-" : text.substr(mark + kMark.size(), 64);
}

Place place(const EndpointSettings& settings, std::string_view bucket, std::string_view key) {
  const auto found = place_of(settings, bucket, key);
  REQUIRE(found.has_value());
  return *found;
}

// ---- the examples of Amazon's API reference, "Examples: Signature Calculations" --------------

constexpr int kAmazonTime = 1369353600;  // 20130524T000000Z

Signer amazon() {
  return {
      {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""}, "us-east-1", "s3"};
}

// Their examples have the host name that was usual then.
RequestToSign amazon_request(std::string_view key) {
  RequestToSign request;
  request.place = place({.url = "https://s3.amazonaws.com"}, "examplebucket", key);
  REQUIRE(request.place.host == "examplebucket.s3.amazonaws.com");
  return request;
}

std::string amazon_authorization(const RequestToSign& request) {
  return field(signature_headers(request, amazon(), at(kAmazonTime)), "Authorization");
}

// ---- the cases of Alibaba's own SDKs' tests ---------------------------------------------------

Signer alibaba(std::string token = {}) {
  return {{"ak", "sk", std::move(token)}, "cn-hangzhou", ""};
}

RequestToSign alibaba_request(std::string content_type) {
  RequestToSign request;
  request.method = "PUT";
  request.place =
      place({.store = StoreKind::Oss, .region = "cn-hangzhou"}, "bucket", "1234+-/123/1.txt");
  request.query = {{"param1", "value1"}, {"+param1", "value3"}, {"|param1", "value4"},
                   {"+param2", ""},      {"|param2", ""},       {"param2", ""}};
  request.headers = {{"x-oss-head1", "value"},
                     {"abc", "value"},
                     {"ZAbc", "value"},
                     {"XYZ", "value"},
                     {"content-type", std::move(content_type)}};
  return request;
}

}  // namespace

TEST_CASE("a GET with a range is signed as in Amazon's example") {
  RequestToSign request = amazon_request("test.txt");
  request.headers = {{"Range", "bytes=0-9"}};
  const auto headers = signature_headers(request, amazon(), at(kAmazonTime));
  CHECK(field(headers, "x-amz-content-sha256") ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(field(headers, "x-amz-date") == "20130524T000000Z");
  CHECK(field(headers, "x-amz-security-token") == "-");
  CHECK(field(headers, "Authorization") ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_CASE("a PUT with an odd key is signed as in Amazon's example") {
  RequestToSign request = amazon_request("test$file.text");
  request.method = "PUT";
  request.headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                     {"x-amz-storage-class", "REDUCED_REDUNDANCY"}};
  request.payload = Payload::hashed(sha256(bytes_of("Welcome to Amazon S3.")));
  CHECK(request.place.path == "/test%24file.text");
  CHECK(amazon_authorization(request) ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
        "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST_CASE("a parameter without a value is signed as in Amazon's example") {
  RequestToSign request = amazon_request("");
  request.query = {{"lifecycle", ""}};
  CHECK(signature_in(amazon_authorization(request)) ==
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
}

TEST_CASE("a listing is signed as in Amazon's example, in whatever order its parameters come") {
  RequestToSign request = amazon_request("");
  request.query = {{"prefix", "J"}, {"max-keys", "2"}};
  CHECK(signature_in(amazon_authorization(request)) ==
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("a URL for a day is signed as in Amazon's example") {
  const auto url =
      presigned_url(amazon_request("test.txt"), amazon(), at(kAmazonTime), std::chrono::days(1));
  REQUIRE(url.has_value());
  CHECK(*url ==
        "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_CASE("a request to OSS is signed as its SDKs sign it") {
  const auto headers = signature_headers(alibaba_request("text/plain"), alibaba(), at(1702743657));
  CHECK(field(headers, "x-oss-content-sha256") == "UNSIGNED-PAYLOAD");
  CHECK(field(headers, "x-oss-date") == "20231216T162057Z");
  CHECK(field(headers, "Authorization") ==
        "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,"
        "Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe");
}

TEST_CASE("a request to OSS with a session token is signed as its SDKs sign it") {
  const auto headers =
      signature_headers(alibaba_request("text/plain"), alibaba("token"), at(1702784856));
  CHECK(field(headers, "x-oss-security-token") == "token");
  CHECK(field(headers, "Authorization") ==
        "OSS4-HMAC-SHA256 Credential=ak/20231217/cn-hangzhou/oss/aliyun_v4_request,"
        "Signature=b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea");
}

TEST_CASE("OSS signs further headers if asked, each once, and none that is not there") {
  RequestToSign request = alibaba_request("text/plain");
  const std::string expected =
      "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,"
      "AdditionalHeaders=abc;zabc,"
      "Signature=4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f";
  using Names = std::vector<std::string>;
  for (const Names& names : {Names{"ZAbc", "abc"}, Names{"zabc", "ABC", "abc"},
                             Names{"x-oss-no-exist", "ZAbc", "x-oss-head1", "abc"}}) {
    request.also_signed = names;
    const auto headers = signature_headers(request, alibaba(), at(1702747512));
    CHECK(field(headers, "Authorization") == expected);
  }
}

TEST_CASE("another product of OSS has a signature of its own") {
  Signer signer = alibaba();
  signer.region = "cb-123";
  signer.service = "oss-cloudbox";
  const auto headers = signature_headers(alibaba_request("text/plain"), signer, at(1702743657));
  CHECK(signature_in(field(headers, "Authorization")) ==
        "94ce1f12c17d148ea681030275a94449d3357f5b5b21133996eec80af3e08a43");
}

TEST_CASE("a URL to OSS is signed as its SDKs sign it") {
  RequestToSign request = alibaba_request("application/octet-stream");
  const auto plain = presigned_url(request, alibaba(), at(1702781677), 599s);
  REQUIRE(plain.has_value());
  CHECK(signature_in(*plain) == "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe");
  CHECK(plain->starts_with("https://bucket.oss-cn-hangzhou.aliyuncs.com/1234%2B-/123/1.txt?"));
  CHECK(plain->find("x-oss-additional-headers") == std::string::npos);

  const auto temporary = presigned_url(request, alibaba("token"), at(1702785388), 599s);
  REQUIRE(temporary.has_value());
  CHECK(signature_in(*temporary) ==
        "3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5");

  request.also_signed = {"ZAbc", "abc"};
  const auto further = presigned_url(request, alibaba(), at(1702783809), 599s);
  REQUIRE(further.has_value());
  CHECK(signature_in(*further) ==
        "6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7");
  CHECK(further->find("x-oss-additional-headers=abc%3Bzabc") != std::string::npos);
}

TEST_CASE("OSS signs the host too if asked") {
  RequestToSign request = alibaba_request("text/plain");
  request.also_signed = {"Host"};
  const auto headers = signature_headers(request, alibaba(), at(1702743657));
  const std::string value = field(headers, "Authorization");
  CHECK(value.find(",AdditionalHeaders=host,") != std::string::npos);
  request.place.host = "elsewhere.example";
  CHECK(value != field(signature_headers(request, alibaba(), at(1702743657)), "Authorization"));
}

TEST_CASE("white space and the case of names are no part of a signature, the order of values is") {
  RequestToSign request = amazon_request("k");
  request.headers = {{"X-Amz-Meta-A", "  one \t two  "}, {"b", "x"}, {"x-amz-meta-a", "three"}};
  const std::string folded = amazon_authorization(request);
  request.headers = {{"x-amz-meta-a", "one two"}, {"X-AMZ-META-A", "three"}, {"B", " x"}};
  CHECK(amazon_authorization(request) == folded);
  request.headers = {{"x-amz-meta-a", "one two,three"}, {"b", "x"}};
  CHECK(amazon_authorization(request) == folded);
  request.headers = {{"x-amz-meta-a", "three"}, {"x-amz-meta-a", "one two"}, {"b", "x"}};
  CHECK(amazon_authorization(request) != folded);
}

TEST_CASE("what changes on the way is not signed for S3") {
  RequestToSign request = amazon_request("k");
  const std::string plain = amazon_authorization(request);
  request.headers = {{"User-Agent", "x"}, {"Accept-Encoding", "identity"}, {"Expect", ""}};
  CHECK(amazon_authorization(request) == plain);
}

TEST_CASE("a port that is not the scheme's own is signed") {
  RequestToSign request;
  request.place = place({.url = "http://localhost:9000"}, "bucket", "k");
  const std::string with_port = amazon_authorization(request);
  request.place.port = 80;
  CHECK(amazon_authorization(request) != with_port);
}

TEST_CASE("a body that nobody hashed can be signed under TLS alone") {
  CHECK_FALSE(Payload::unhashed(Scheme::Http).has_value());
  RequestToSign request = amazon_request("k");
  request.payload = Payload::unhashed(Scheme::Https).value();
  CHECK(field(signature_headers(request, amazon(), at(kAmazonTime)), "x-amz-content-sha256") ==
        "UNSIGNED-PAYLOAD");
}

TEST_CASE("a URL is good for a second to seven days, and nothing else") {
  const RequestToSign request = amazon_request("k");
  for (const auto lifetime : {1s, 7 * 86'400s}) {
    CHECK(presigned_url(request, amazon(), at(kAmazonTime), lifetime).has_value());
  }
  for (const auto lifetime : {0s, -1s, 7 * 86'400s + 1s}) {
    const auto url = presigned_url(request, amazon(), at(kAmazonTime), lifetime);
    REQUIRE_FALSE(url.has_value());
    CHECK(url.error().code == ErrorCode::Usage);
  }
}

TEST_CASE("a signed URL is read back as it was made, and shown without its secrets") {
  Signer signer = amazon();
  signer.credentials.session_token = "TOKEN+/=";
  RequestToSign request = amazon_request("a b+c%/d//é");
  request.query = {{"response-content-type", "text/plain; charset=utf-8"}};
  const auto url = presigned_url(request, signer, at(kAmazonTime), 60s);
  REQUIRE(url.has_value());
  const auto parsed = net::parse_url(*url);
  REQUIRE(parsed.has_value());
  CHECK(parsed->text == *url);
  const std::string shown = net::without_secrets(*url);
  for (const std::string& secret :
       {std::string("TOKEN"), std::string("AKIA"), signature_in(*url)}) {
    CHECK(shown.find(secret) == std::string::npos);
  }
}
