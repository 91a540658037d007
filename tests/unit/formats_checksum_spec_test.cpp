#include <catch2/catch.hpp>

#include "formats/checksum_spec.hpp"

using xget::DigestAlgorithm;
using xget::formats::parse_checksum_spec;

namespace {

std::string digits(std::size_t count) { return std::string(count, 'A'); }

std::string cause_of(const std::string& spec) {
  const auto parsed = parse_checksum_spec(spec);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == xget::ErrorCode::Usage);
  return parsed.error().cause;
}

}  // namespace

TEST_CASE("a checksum is read with a colon or an equals sign, with or without a dash") {
  for (const char* prefix : {"sha256:", "sha-256=", "SHA256=", "Sha-256:", " sha256: "}) {
    INFO(prefix);
    const auto parsed = parse_checksum_spec(prefix + digits(64));
    REQUIRE(parsed);
    CHECK(parsed->algorithm == DigestAlgorithm::Sha256);
    CHECK(parsed->hex == std::string(64, 'a'));
  }
}

TEST_CASE("every documented algorithm is known") {
  CHECK(parse_checksum_spec("md5:" + digits(32))->algorithm == DigestAlgorithm::Md5);
  CHECK(parse_checksum_spec("sha1:" + digits(40))->algorithm == DigestAlgorithm::Sha1);
  CHECK(parse_checksum_spec("sha512:" + digits(128))->algorithm == DigestAlgorithm::Sha512);
  CHECK(parse_checksum_spec("blake2b:" + digits(128))->algorithm == DigestAlgorithm::Blake2b512);
  CHECK(parse_checksum_spec("crc32c:" + digits(8))->algorithm == DigestAlgorithm::Crc32c);
}

TEST_CASE("digits alone are of the algorithm that usually has so many") {
  CHECK(parse_checksum_spec(digits(32))->algorithm == DigestAlgorithm::Md5);
  CHECK(parse_checksum_spec(digits(40))->algorithm == DigestAlgorithm::Sha1);
  CHECK(parse_checksum_spec(digits(64))->algorithm == DigestAlgorithm::Sha256);
  CHECK(parse_checksum_spec(digits(96))->algorithm == DigestAlgorithm::Sha384);
  CHECK(parse_checksum_spec(digits(128))->algorithm == DigestAlgorithm::Sha512);
}

TEST_CASE("a line of a list of checksums is a checksum, whatever the file is called") {
  for (const char* name : {"  disk.img", " *disk.img", "\ta:b=c"}) {
    const auto parsed = parse_checksum_spec(digits(64) + name);
    REQUIRE(parsed);
    CHECK(parsed->algorithm == DigestAlgorithm::Sha256);
  }
  CHECK(cause_of(digits(63) + "  disk.img") == "there is no algorithm before the digits");
}

TEST_CASE("the number of digits tells the two forms of xxh3 apart") {
  CHECK(parse_checksum_spec("xxh3:" + digits(32))->algorithm == DigestAlgorithm::Xxh3_128);
  CHECK(parse_checksum_spec("xxh3:" + digits(16))->algorithm == DigestAlgorithm::Xxh3_64);
  CHECK(cause_of("xxh3:" + digits(20)).find("32 hexadecimal digits, or 16") != std::string::npos);
}

TEST_CASE("a wrong checksum is refused in words") {
  CHECK(cause_of(digits(63)) == "there is no algorithm before the digits");
  CHECK(cause_of(std::string(64, 'g')) == "there is no algorithm before the digits");
  CHECK(cause_of("sha3:" + digits(64)).find("known are md5, sha1") != std::string::npos);
  CHECK(cause_of("sha256:" + digits(40)) ==
        "sha256 has 64 hexadecimal digits, 40 digits were given");
  CHECK(cause_of("sha256:" + std::string(64, 'g')) ==
        "sha256 has 64 hexadecimal digits, something else was given");
  CHECK(cause_of("sha256:") == "sha256 has 64 hexadecimal digits, 0 digits were given");
}
