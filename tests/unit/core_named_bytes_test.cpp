// What digests say of bytes: against chance, and against forgery.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/named_bytes.hpp"

using namespace xget;
using namespace xget::core;

namespace {

const ExpectedDigest kCrc{DigestAlgorithm::Crc32c, "00000000"};
const ExpectedDigest kMd5{DigestAlgorithm::Md5, std::string(32, 'a')};

// One piece of so many bytes.
PublishedPieces one_piece(DigestAlgorithm algorithm, std::uint64_t length) {
  return {.algorithm = algorithm,
          .length = length,
          .digests = std::vector<std::byte>(digest_size(algorithm))};
}

}  // namespace

TEST_CASE("Any digest of the whole names its bytes, a cryptographic one against forgery too") {
  CHECK_FALSE(names_bytes({}, {}, 10));
  CHECK(names_bytes(kCrc, {}, std::nullopt));
  CHECK_FALSE(resists_forgery(kCrc, {}, 10));
  CHECK(resists_forgery(kMd5, {}, std::nullopt));
}

TEST_CASE("Pieces name the bytes of a resource that they cover, and of no other") {
  const auto sha1 = one_piece(DigestAlgorithm::Sha1, 16);
  CHECK(names_bytes({}, sha1, 10));
  CHECK_FALSE(names_bytes({}, sha1, 17));
  CHECK_FALSE(names_bytes({}, sha1, std::nullopt));
  CHECK(resists_forgery({}, sha1, 10));
  CHECK_FALSE(resists_forgery({}, sha1, 17));
  CHECK(resists_forgery(kCrc, sha1, 10));
  CHECK_FALSE(resists_forgery(kCrc, one_piece(DigestAlgorithm::Crc32c, 16), 10));
}
