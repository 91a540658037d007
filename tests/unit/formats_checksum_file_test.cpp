#include <catch2/catch.hpp>

#include "formats/checksum_file.hpp"

using namespace xget;
using namespace std::string_literals;
using formats::ChecksumList;
using formats::parse_checksum_file;

namespace {

const std::string kMd5(32, 'a');
const std::string kSha1(40, 'b');
const std::string kSha256(64, 'c');
const std::string kOther(64, 'd');
const std::string kSha512(128, 'e');

ChecksumList read(std::string_view text, std::string_view file_name = "") {
  auto checksums = parse_checksum_file(text, file_name);
  if (!checksums) FAIL(to_string(checksums.error()));
  return *std::move(checksums);
}

const std::string kNone = "no line of it is a checksum that xget knows";
const std::string kUnnamed = "no checksum is of that file";
const std::string kSeveral = "it has different checksums for files of that name";

// "sha256:c... sha1:b... ", or what is wrong.
std::string found(std::string_view text, std::string_view path, std::string_view file_name = "") {
  const auto checksums = parse_checksum_file(text, file_name);
  if (!checksums) return checksums.error().cause;
  const auto digests = checksums->find(path);
  if (!digests) return digests.error().cause;
  if (digests->empty()) return kUnnamed;
  std::string words;
  for (const auto& digest : *digests) {
    words += to_string(digest.algorithm) + ":"s + digest.hex.front() + " ";
  }
  return words;
}

}  // namespace

TEST_CASE("checksums are found by the file's name, with the algorithm by their digits") {
  const std::string list =
      kMd5 + "  a.iso\n" + kSha1 + " *b.iso\r\n" + kSha256 + "  c d.iso\n" + kSha512 + " e.iso\n";
  CHECK(found(list, "a.iso") == "md5:a ");
  CHECK(found(list, "b.iso") == "sha1:b ");
  CHECK(found(list, "c d.iso") == "sha256:c ");
  CHECK(found(list, "e.iso") == "sha512:e ");
  CHECK(found(list, "f.iso") == kUnnamed);
  CHECK(found(list, "iso") == kUnnamed);
  CHECK(found(list, "") == kUnnamed);
  CHECK(found(list, "/pub/") == kUnnamed);
}

TEST_CASE("checksums with their algorithm's name say it themselves") {
  const std::string list = "MD5 (a.iso) = " + kMd5 + "\nSHA256 (a.iso) = " + kSha256 +
                           "\nSHA1(a.iso)= " + kSha1 + "\nBLAKE2b (b (1).iso) = " + kSha512 +
                           "\nSHA3-256 (a.iso) = " + kSha256 + "\nSHA256 (c) = " + kSha1 + "\n";
  CHECK(found(list, "a.iso") == "sha256:c sha1:b md5:a ");
  CHECK(found(list, "b (1).iso") == "blake2b:e ");
  CHECK(found(list, "c") == kUnnamed);
}

TEST_CASE("digits in capitals are the same digest") {
  CHECK(read(std::string(64, 'C') + "  a").all().at(0).digest.hex == kSha256);
}

TEST_CASE("a backslash before a line says that its name has escapes") {
  const std::string list = "\\" + kSha256 + "  a\\\\b\\nc\n" + kOther + "  d\\ne\n" +
                           "\\SHA1 (f\\rg) = " + kSha1 + "\n\\" + kSha256 + "  bad\\x\n\\" +
                           kSha256 + "  bad\\";
  const ChecksumList read_list = read(list);
  const auto& checksums = read_list.all();
  REQUIRE(checksums.size() == 3);
  CHECK(checksums[0].name == "a\\b\nc");
  CHECK(checksums[1].name == "d\\ne");
  CHECK(checksums[2].name == "f\rg");
}

TEST_CASE("a digest without a name is of any file, if it is alone") {
  for (const std::string& text :
       {kSha256, kSha256 + "\n", kSha256 + " \r\n\n", kSha256 + "  -\n"}) {
    CAPTURE(text);
    CHECK(found(text, "any.iso") == "sha256:c ");
  }
  CHECK(found(kSha256 + "\n" + kOther + "\n", "any.iso") == kUnnamed);
  CHECK(found(kSha256 + "\n" + kOther + "  any.iso\n", "any.iso") == "sha256:d ");
  CHECK(found(kSha256 + "\n" + kOther + "  a.iso\n", "any.iso") == kUnnamed);
}

TEST_CASE("the list's own name tells apart algorithms with as many digits") {
  CHECK(found(kSha512 + "  a", "a", "B2SUMS") == "blake2b:e ");
  CHECK(found(kSha512 + "  a", "a", "SHA512SUMS") == "sha512:e ");
  CHECK(found(kMd5 + "  a", "a", "a.xxh128") == "xxh128:a ");
  CHECK(found(kSha256 + "  a", "a", "SHA3-256SUMS") == kNone);
  CHECK(found(kSha256 + "  a", "a", "a.blake3") == kNone);
  CHECK(found(kSha1 + "  a", "a", "a.rmd160") == kNone);
  CHECK(found(kSha256 + "  a", "a", "B2SUMS") == kNone);
  CHECK(found("SHA256 (a) = " + kSha256, "a", "B2SUMS") == "sha256:c ");
}

TEST_CASE("of names with folders the longest end of the path counts") {
  const std::string list = kSha256 + "  ./boot/a.iso\n" + kOther + "  a.iso\n" +
                           std::string(64, 'e') + "  gtk/boot/a.iso\n" + std::string(64, 'f') +
                           "  boot/b.iso\n";
  CHECK(found(list, "/pub/boot/a.iso") == "sha256:c ");
  CHECK(found(list, "/pub/gtk/boot/a.iso") == "sha256:e ");
  CHECK(found(list, "/pub/reboot/a.iso") == "sha256:d ");
  CHECK(found(list, "a.iso") == "sha256:d ");
  CHECK(found(list, "b.iso") == "sha256:f ");
  CHECK(found(list, "/elsewhere/b.iso") == "sha256:f ");
}

TEST_CASE("each of many files is found in no more than a few steps") {
  std::string list;
  for (int i = 0; i < 100'000; ++i) list += kSha256 + "  folder/" + std::to_string(i) + "\n";
  const ChecksumList checksums = read(list);
  int missing = 0;
  for (int i = 0; i < 100'000; ++i) {
    if (checksums.find("/pub/folder/" + std::to_string(i))->empty()) ++missing;
  }
  CHECK(missing == 0);  // looking through all of them each time would take minutes
}

TEST_CASE("files of the same name with different checksums are not told apart by guessing") {
  const std::string list = kSha256 + "  x/a.iso\n" + kOther + "  y/a.iso\n";
  CHECK(found(list, "a.iso") == kSeveral);
  CHECK(found(list, "y/a.iso") == "sha256:d ");
  CHECK(found(kSha256 + "  a\n" + kOther + "  a\n", "a") == kSeveral);
  CHECK(found(kSha256 + "  a\n" + kSha256 + "  ./a\n", "a") == "sha256:c ");
}

TEST_CASE("what is no checksum is passed over") {
  const std::string list =
      "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# a.iso: 7 bytes\n" + kSha256 +
      "  a.iso\n-----BEGIN PGP SIGNATURE-----\n\niQ" + kSha256 + "\n" + kSha256 + "f  b.iso\n" +
      kSha256 + "x b.iso\n" + kSha256 + "  \n-----END PGP SIGNATURE-----\n";
  CHECK(found(list, "a.iso") == "sha256:c ");
  CHECK(found(list, "b.iso") == kUnnamed);
  for (const char* text : {"", "\n\n", "deadbeef  a", "SHA256 () = x", ")(", "\\", "a.iso"}) {
    CAPTURE(text);
    CHECK(found(text, "a.iso") == kNone);
  }
}

TEST_CASE("a web page in a list's place is called one") {
  CHECK(found("\n<!DOCTYPE html><title>404</title>", "a.iso") ==
        "it is a web page and not a list of checksums");
}

TEST_CASE("a byte order mark hides nothing") {
  CHECK(found("\xef\xbb\xbf" + kSha256 + "  a.iso\n", "a.iso") == "sha256:c ");
  CHECK(found("\xef\xbb\xbf" + kSha256 + "\n", "a.iso") == "sha256:c ");
}

TEST_CASE("what OpenSSL prints is read") {
  CHECK(found("SHA2-256(a.iso)= " + kSha256 + "\n", "a.iso") == "sha256:c ");
  CHECK(found("SHA2-512(a.iso)= " + kSha512 + "\n", "a.iso") == "sha512:e ");
  CHECK(found("SHA384(a.iso)= " + std::string(96, 'f') + "\n", "a.iso") == "sha384:f ");
  CHECK(found(std::string(96, 'f') + "  a.iso\n", "a.iso") == "sha384:f ");
}

TEST_CASE("checksums, their names and their file are bounded") {
  std::string many;
  for (std::size_t i = 0; i < formats::kMostChecksums; ++i) many += kMd5 + "  a\n";
  CHECK(found(many, "a") == "md5:a ");
  CHECK(found(many + kMd5 + "  a\n", "a") == "there are too many of them");
  const std::string name(formats::kLongestChecksumName, 'n');
  CHECK(found(kMd5 + "  " + name, name) == "md5:a ");
  CHECK(found(kMd5 + "  n" + name, "n" + name) == kNone);
  CHECK(found(std::string(formats::kLargestChecksumFile + 1, '\n'), "a") ==
        "there are more than 16 MiB of them");
}
