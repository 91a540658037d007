#include <catch2/catch.hpp>

#include "formats/digest_header.hpp"

using namespace xget;
using namespace std::string_literals;

namespace {

// Digests of nothing, which everybody can look up.
const std::string kMd5 = "1B2M2Y8AsgTpgAmY7PhCfg==";
const std::string kMd5Hex = "d41d8cd98f00b204e9800998ecf8427e";
const std::string kSha1 = "2jmj7l5rSw0yVb/vlWAYkK/YBwk=";
const std::string kSha256 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const std::string kSha512 =
    "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==";

// Their algorithms, each followed by a space.
std::string names(const std::vector<ExpectedDigest>& digests) {
  std::string text;
  for (const auto& digest : digests) text += std::string(to_string(digest.algorithm)) + " ";
  return text;
}

std::string dictionary(std::string_view field) {
  return names(formats::parse_digest_dictionary({&field, 1}));
}

std::string instance(std::string_view field) {
  return names(formats::parse_instance_digests({&field, 1}));
}

}  // namespace

TEST_CASE("Repr-Digest gives its digests, the strongest first") {
  const std::string text = "md5=:" + kMd5 + ":,sha-512=:" + kSha512 + ":, sha-256=:" + kSha256 +
                           ":;x=1 ,\tsha=:" + kSha1 + ":";
  CHECK(dictionary(text) == "sha512 sha256 sha1 md5 ");
  const std::string_view field = text;
  CHECK(formats::parse_digest_dictionary({&field, 1}).back().hex == kMd5Hex);
}

TEST_CASE("of several Repr-Digest fields the last digest of each algorithm counts") {
  const std::string other = "md5=:AAAAAAAAAAAAAAAAAAAAAA==:";
  const std::string first = "md5=:" + kMd5 + ":";
  const std::string more = "sha-256=:" + kSha256 + ":";
  const std::string_view fields[] = {other, more, first};
  const auto digests = formats::parse_digest_dictionary(fields);
  CHECK(names(digests) == "sha256 md5 ");
  CHECK(digests.back().hex == kMd5Hex);
}

TEST_CASE("what is unknown in Repr-Digest, or no byte sequence, is passed over") {
  const std::string known = "md5=:" + kMd5 + ":";
  CHECK(dictionary("crc32c=:AAAAAA==:, " + known) == "md5 ");
  CHECK(dictionary("future=:AAAAAAA=:, sha-256=5, x=\"a, \\\"b=:\", y, z;q, " + known) == "md5 ");
  CHECK(dictionary("future=(a b);q=1, " + known) == "md5 ");
}

TEST_CASE("a malformed Repr-Digest says nothing at all") {
  const std::string known = "md5=:" + kMd5 + ":";
  CHECK(dictionary("").empty());
  for (const char* bad : {"sha-256=:AAAA:", "sha-256=:AAA:", "sha-256=:AA AA:", "sha-256=:AAAA",
                          "x=\"a", "=:AAAA:", "SHA-256=:AAAA:", "x=:AAAA:y", "x=:A===:"}) {
    CAPTURE(bad);
    CHECK(dictionary(known + ", " + bad).empty());
  }
  CHECK(dictionary(known + ",").empty());
  CHECK(dictionary(known + ",," + known).empty());
  CHECK(dictionary("md5=:" + kSha1 + ":").empty());
}

TEST_CASE("Digest gives its digests in any case, the strongest first") {
  CHECK(instance("SHA-256=" + kSha256) == "sha256 ");
  CHECK(instance("md5=" + kMd5 + ", Sha=" + kSha1 + " ,sha-512=" + kSha512) == "sha512 sha1 md5 ");
  const std::string text = "MD5=" + kMd5;
  const std::string_view field = text;
  CHECK(formats::parse_instance_digests({&field, 1}).at(0).hex == kMd5Hex);
}

TEST_CASE("checksums against chance, and what is malformed, are left out of Digest") {
  CHECK(instance("adler32=03da0195,crc32c=AAAAAA==,UNIXsum=30637,unknown=x,MD5=" + kMd5) == "md5 ");
  for (const std::string& bad : {"MD5"s, "MD5="s, "MD5=" + kSha1, "MD5=" + kMd5.substr(1),
                                 "MD5 " + kMd5, ",,"s, "MD5=" + kMd5Hex, "MD5=:" + kMd5 + ":"}) {
    CAPTURE(bad);
    CHECK(instance(bad).empty());
    CHECK(instance(bad + ",SHA=" + kSha1) == "sha1 ");
  }
}

TEST_CASE("Content-MD5 is a digest in base64") {
  const auto digest = formats::parse_content_md5(" " + kMd5);
  REQUIRE(digest.has_value());
  CHECK(*digest == ExpectedDigest{DigestAlgorithm::Md5, kMd5Hex});
  CHECK_FALSE(formats::parse_content_md5("").has_value());
  CHECK_FALSE(formats::parse_content_md5(kSha1).has_value());
  CHECK_FALSE(formats::parse_content_md5(kMd5Hex).has_value());
}
