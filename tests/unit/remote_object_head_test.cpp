// What is asked of an object, and what its head says, in a store's words and in HTTP's.
#include <catch2/catch.hpp>

#include "remote/object_head.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

std::string field_of(const std::vector<core::Header>& fields, const std::string& name) {
  const core::ResponseHead head{200, 11, fields, ""};
  return std::string(head.find(name).value_or(""));
}

core::ResponseHead head_of(std::vector<core::Header> fields) {
  return {200, 11, std::move(fields), ""};
}

std::string digest_of(std::vector<core::Header> fields) {
  return std::string(plain_head(head_of(std::move(fields))).find("Repr-Digest").value_or(""));
}

const std::string kBase64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const std::string kHex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

TEST_CASE("a range of one version is asked for so that another one is refused") {
  const auto by_tag = object_fields({{"Range", "bytes=5-"}, {"If-Range", "\"e\""}}, StoreKind::S3);
  CHECK(field_of(by_tag, "If-Match") == "\"e\"");
  CHECK(field_of(by_tag, "If-Range").empty());
  CHECK(field_of(by_tag, "Range") == "bytes=5-");
  const std::string date = "Wed, 21 Oct 2015 07:28:00 GMT";
  CHECK(field_of(object_fields({{"if-range", date}}, StoreKind::Oss), "If-Unmodified-Since") ==
        date);
}

TEST_CASE("S3 alone is asked for its checksums") {
  CHECK(field_of(object_fields({}, StoreKind::S3), "x-amz-checksum-mode") == "ENABLED");
  CHECK(object_fields({}, StoreKind::Oss).empty());
}

TEST_CASE("a digest of the whole object is told as HTTP tells it, whoever recorded it") {
  const std::string told = "sha-256=:" + kBase64 + ":";
  CHECK(digest_of({{"x-amz-checksum-sha256", kBase64}}) == told);
  CHECK(digest_of({{"x-amz-meta-xget-sha256", kHex}}) == told);
  CHECK(digest_of({{"X-Oss-Meta-Xget-Sha256", kHex}}) == told);
}

TEST_CASE("a digest of parts' digests, or what is none, is not told as the object's") {
  CHECK(digest_of({{"x-amz-checksum-sha256", kBase64 + "-3"}}).empty());
  CHECK(digest_of({{"x-amz-checksum-sha256", kBase64}, {"x-amz-checksum-type", "COMPOSITE"}})
            .empty());
  CHECK(digest_of({{"x-amz-meta-xget-sha256", "e3b0"}}).empty());
  CHECK(digest_of({{"x-amz-meta-xget-sha256", kHex + "\""}}).empty());
}

TEST_CASE("what the uploader says of a coding is none of the transfer's") {
  CHECK_FALSE(plain_head(head_of({{"content-encoding", "gzip"}})).find("Content-Encoding"));
}

TEST_CASE("a copy says what its source says of its content, in the words of its own store") {
  const auto headers = headers_of_copy(head_of({{"content-type", "text/x-own"},
                                                {"Cache-Control", "max-age=5"},
                                                {"x-amz-meta-A", "1"},
                                                {"x-amz-meta-xget-sha256", "of another upload"},
                                                {"Expires", ""},
                                                {"ETag", "\"e\""}}),
                                       StoreKind::Oss);
  REQUIRE(headers.size() == 3);
  CHECK(headers[0].value == "text/x-own");
  CHECK(headers[2].name == "x-oss-meta-A");
  CHECK(laid_over(headers, {{"Content-Type", "text/x-new"}}).front().name == "Cache-Control");
  CHECK(laid_over(headers, {{"Content-Type", "text/x-new"}}).back().value == "text/x-new");
}

TEST_CASE(
    "an ETag may be an MD5 unless the object is encrypted by keys of the store's or caller's") {
  CHECK(may_have_md5_etag(head_of({})));
  CHECK(may_have_md5_etag(head_of({{"x-amz-server-side-encryption", "AES256"}})));
  CHECK_FALSE(may_have_md5_etag(head_of({{"x-amz-server-side-encryption", "aws:kms"}})));
  CHECK_FALSE(may_have_md5_etag(head_of({{"X-Amz-Server-Side-Encryption", "aws:kms:dsse"}})));
  CHECK_FALSE(may_have_md5_etag(head_of({{"x-oss-server-side-encryption", "KMS"}})));
  CHECK_FALSE(
      may_have_md5_etag(head_of({{"x-amz-server-side-encryption-customer-algorithm", "AES256"}})));
}
