// What is to be sent is digested as it is, or it is said that it is not there any more.
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>

#include "base/encoding.hpp"
#include "remote/counted_body.hpp"
#include "remote/file_digests.hpp"
#include "remote/file_part.hpp"
#include "store/posix_file_system.hpp"
#include "support/fake_store.hpp"
#include "support/temporary_folder.hpp"

using namespace xget;
using namespace xget::remote;

namespace {

struct Fixture {
  std::shared_ptr<core::File> file_of(const std::string& bytes) {
    std::ofstream(folder / "file", std::ios::binary) << bytes;
    return *(*files.open_folder(folder.path()))->open("file", core::Access::Read);
  }
  test::TemporaryFolder folder;
  store::PosixFileSystem files;
  std::atomic<bool> stop = false;
};

Sha256 sha256_of(const std::string& bytes) { return sha256(std::as_bytes(std::span(bytes))); }

}  // namespace

TEST_CASE_METHOD(Fixture, "a part's digests are those of its bytes alone") {
  std::string bytes(600'000, 'x');
  bytes.back() = 'y';
  const auto file = file_of(bytes);
  const auto digests = digest_part(*file, {100, 599'999}, true, stop);
  REQUIRE(digests);
  const std::string part = bytes.substr(100, 599'899);
  CHECK(digests->md5 == test::md5_of(part));
  CHECK(digests->sha256 == sha256_of(part));
}

TEST_CASE_METHOD(Fixture, "an empty part has the digests of nothing") {
  const auto digests = digest_part(*file_of("bytes"), {5, 5}, true, stop);
  REQUIRE(digests);
  CHECK(digests->md5 == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(digests->sha256 == sha256_of(""));
}

TEST_CASE_METHOD(Fixture, "a SHA-256 that nobody asked for is not made") {
  CHECK(digest_part(*file_of("bytes"), {0, 5}, false, stop)->sha256 == Sha256{});
}

TEST_CASE_METHOD(Fixture, "a file is digested to the size that it had, though it has grown") {
  CHECK(sha256_of_file(*file_of("bytes and more"), 5, stop) == sha256_of("bytes"));
  CHECK(sha256_of_file(*file_of(std::string(700'000, 'x')), 700'000, stop) ==
        sha256_of(std::string(700'000, 'x')));
}

TEST_CASE_METHOD(Fixture, "a file that became shorter has changed") {
  const auto file = file_of("bytes");
  CHECK(digest_part(*file, {0, 6}, true, stop).error().code == ErrorCode::Changed);
  CHECK(digest_part(*file, {6, 9}, true, stop).error().code == ErrorCode::Changed);
  CHECK(sha256_of_file(*file, 6, stop).error().code == ErrorCode::Changed);
}

TEST_CASE_METHOD(Fixture, "who waits for it no more stops it") {
  stop = true;
  const auto file = file_of("bytes");
  CHECK(sha256_of_file(*file, 5, stop).error().code == ErrorCode::Interrupted);
  CHECK(digest_part(*file, {0, 5}, true, stop).error().code == ErrorCode::Interrupted);
}

TEST_CASE_METHOD(Fixture, "a part of a file is read from its begin to its end, and no further") {
  CountedBody part(std::make_shared<FilePart>(file_of("0123456789"), ByteRange{2, 7}));
  CHECK(part.size() == 5);
  std::array<std::byte, 10> buffer{};
  CHECK(part.read_at(0, std::span(buffer).first(3)) == 3U);
  CHECK(buffer[0] == std::byte{'2'});
  CHECK(part.sent() == 3);
  CHECK(part.read_at(3, buffer) == 2U);
  CHECK(buffer[1] == std::byte{'6'});
  CHECK(part.sent() == 5);
  CHECK(part.read_at(0, std::span(buffer).first(1)) == 1U);  // sent twice, and there once
  CHECK(part.sent() == 5);
}

TEST_CASE_METHOD(Fixture, "a part that is no longer there has changed") {
  FilePart part(file_of("0123456789"), {8, 13});
  std::array<std::byte, 10> buffer{};
  CHECK(part.read_at(0, buffer).error().code == ErrorCode::Changed);
}
