#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "base/crc32c.hpp"
#include "base/digest.hpp"

using namespace xget;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::string digest_of(DigestAlgorithm algorithm, std::string_view text) {
  auto digester = Digester::create(algorithm);
  REQUIRE(digester);
  for (const char& c : text) digester->update(bytes_of({&c, 1}));
  return digester->finish_hex();
}

constexpr DigestAlgorithm kAll[] = {
    DigestAlgorithm::Md5,      DigestAlgorithm::Sha1,    DigestAlgorithm::Sha256,
    DigestAlgorithm::Sha384,   DigestAlgorithm::Sha512,  DigestAlgorithm::Blake2b512,
    DigestAlgorithm::Xxh3_128, DigestAlgorithm::Xxh3_64, DigestAlgorithm::Crc32c};

}  // namespace

TEST_CASE("every digest gives the value that its own tool prints") {
  CHECK(digest_of(DigestAlgorithm::Md5, "abc") == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(digest_of(DigestAlgorithm::Sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(digest_of(DigestAlgorithm::Sha256, "abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest_of(DigestAlgorithm::Sha384, "abc") ==
        "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
        "8086072ba1e7cc2358baeca134c825a7");
  CHECK(digest_of(DigestAlgorithm::Sha512, "abc") ==
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  CHECK(digest_of(DigestAlgorithm::Blake2b512, "abc") ==
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923");
  CHECK(digest_of(DigestAlgorithm::Crc32c, "123456789") == "e3069283");
  CHECK(digest_of(DigestAlgorithm::Xxh3_64, "") == "2d06800538d394c2");
  CHECK(digest_of(DigestAlgorithm::Xxh3_128, "") == "99aa06d3014798d86001c324468d497f");
}

TEST_CASE("SHA-256 of bytes that are all there is that of bytes fed one by one") {
  for (const std::string text : {"", "abc"}) {
    CHECK(to_hex(sha256(bytes_of(text))) == digest_of(DigestAlgorithm::Sha256, text));
  }
}

TEST_CASE("a digest's name is read back as printed and with dashes and capitals") {
  for (const DigestAlgorithm algorithm : kAll) {
    CHECK(parse_digest_algorithm(to_string(algorithm)) == algorithm);
    CHECK(digest_of(algorithm, "x").size() == 2 * digest_size(algorithm));
  }
  CHECK(parse_digest_algorithm("SHA-256") == DigestAlgorithm::Sha256);
  CHECK(parse_digest_algorithm("SHA2-256") == DigestAlgorithm::Sha256);
  CHECK_FALSE(parse_digest_algorithm("SHA3-256"));
  CHECK(parse_digest_algorithm("xxh3-128") == DigestAlgorithm::Xxh3_128);
  CHECK_FALSE(parse_digest_algorithm("sha257"));
  CHECK_FALSE(parse_digest_algorithm(""));
}

TEST_CASE("crc32c by the processor equals crc32c by table at every length and alignment") {
  std::vector<std::byte> data(300);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i * 7 + 1);
  for (std::size_t begin = 0; begin < 16; ++begin) {
    for (std::size_t length = 0; begin + length <= data.size(); length += 3) {
      const auto part = std::span(data).subspan(begin, length);
      REQUIRE(extend_crc32c(5, part) == extend_crc32c_by_table(5, part));
    }
  }
}

TEST_CASE("a piece's digest can be asked in the middle and does not end it") {
  PieceHasher hasher;
  hasher.update(bytes_of("hello "));
  CHECK(hasher.digest() == piece_digest(bytes_of("hello ")));
  hasher.update(bytes_of("world"));
  CHECK(hasher.digest() == piece_digest(bytes_of("hello world")));
  hasher.reset();
  CHECK(hasher.digest() == piece_digest({}));
}

TEST_CASE("a piece's digest survives its hexadecimal form and nothing else is read as one") {
  const PieceDigest digest = piece_digest(bytes_of("abc"));
  CHECK(parse_piece_digest(to_hex(digest)) == digest);
  CHECK_FALSE(parse_piece_digest(to_hex(digest).substr(1)));
  CHECK_FALSE(parse_piece_digest(to_hex(digest) + "0"));
  CHECK_FALSE(parse_piece_digest("g" + to_hex(digest).substr(1)));
  CHECK_FALSE(parse_piece_digest("A" + to_hex(digest).substr(1)));
}

TEST_CASE("an expected digest has its algorithm's length, in lower case") {
  const auto digest = parse_expected_digest(DigestAlgorithm::Crc32c, "E3069283");
  REQUIRE(digest.has_value());
  CHECK(*digest == ExpectedDigest{DigestAlgorithm::Crc32c, "e3069283"});
  CHECK_FALSE(parse_expected_digest(DigestAlgorithm::Crc32c, "e30692").has_value());
  CHECK_FALSE(parse_expected_digest(DigestAlgorithm::Crc32c, "e306928x").has_value());
  CHECK_FALSE(parse_expected_digest(DigestAlgorithm::Md5, "e3069283").has_value());
}

TEST_CASE("digests are ordered by how hard it is to forge them") {
  std::vector<ExpectedDigest> digests;
  for (const auto algorithm :
       {DigestAlgorithm::Crc32c, DigestAlgorithm::Md5, DigestAlgorithm::Xxh3_64,
        DigestAlgorithm::Sha512, DigestAlgorithm::Sha1, DigestAlgorithm::Sha256}) {
    digests.push_back({algorithm, ""});
  }
  sort_strongest_first(digests);
  std::string order;
  for (const auto& digest : digests) order += std::string(to_string(digest.algorithm)) + " ";
  CHECK(order == "sha512 sha256 sha1 md5 xxh3 crc32c ");
  CHECK_FALSE(is_stronger(DigestAlgorithm::Md5, DigestAlgorithm::Md5));
}
