// Which files are fetched once, and what may be done with the one that was.
#include <catch2/catch.hpp>
#include <cerrno>
#include <string>

#include "core/same_bytes.hpp"

using namespace xget;
using namespace xget::core;

TEST_CASE("Digests of 128 bits and more tell files apart, shorter ones chance may meet") {
  const auto named_by = [](DigestAlgorithm algorithm) {
    return content_named_by({algorithm, std::string(2 * digest_size(algorithm), 'a')});
  };
  CHECK(named_by(DigestAlgorithm::Md5) == "md5:" + std::string(32, 'a'));
  CHECK(named_by(DigestAlgorithm::Xxh3_128) != "");
  CHECK(named_by(DigestAlgorithm::Sha256) != named_by(DigestAlgorithm::Sha512));
  CHECK(named_by(DigestAlgorithm::Xxh3_64) == "");
  CHECK(named_by(DigestAlgorithm::Crc32c) == "");
}

TEST_CASE("The digest of no byte names nothing that is worth sharing") {
  for (const auto algorithm : {DigestAlgorithm::Sha256, DigestAlgorithm::Xxh3_128}) {
    const std::string hex = Digester::create(algorithm)->finish_hex();
    CHECK(content_named_by({algorithm, hex}) == "");
  }
}

TEST_CASE("An original is one as long as its inode, size and time are what they were") {
  const FileInfo then{.size = 10, .inode = 7, .device = 1, .mtime_ns = 5};
  const Original original{"a", then};
  CHECK(is_as_it_was(original, then));
  FileInfo now = then;
  SECTION("more names and another mode change no byte") {
    now.links = 3;
    now.mode = 0400;
    CHECK(is_as_it_was(original, now));
  }
  SECTION("size") {
    now.size = 11;
    CHECK_FALSE(is_as_it_was(original, now));
  }
  SECTION("time") {
    now.mtime_ns = 6;
    CHECK_FALSE(is_as_it_was(original, now));
  }
  SECTION("inode") {
    now.inode = 8;
    CHECK_FALSE(is_as_it_was(original, now));
  }
  SECTION("file system") {
    now.device = 2;
    CHECK_FALSE(is_as_it_was(original, now));
  }
  SECTION("a folder by now") {
    now.regular = false;
    CHECK_FALSE(is_as_it_was(original, now));
  }
}

TEST_CASE("What a file system cannot do is done by a copy, what a disk refuses is not") {
  for (const int number : {EXDEV, EMLINK, EPERM, EOPNOTSUPP, ENOTTY, EINVAL}) {
    CHECK(copy_will_do(number));
  }
  for (const int number : {ENOSPC, EDQUOT, EIO, EROFS, EEXIST}) CHECK_FALSE(copy_will_do(number));
}
