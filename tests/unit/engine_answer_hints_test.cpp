// What a head says of a resource besides its bytes.
#include <catch2/catch.hpp>

#include "base/encoding.hpp"
#include "engine/answer_hints.hpp"

using namespace xget;
using core::AnswerHints;

namespace {

const std::string kSha256Base64 = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
const std::string kSha256Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const std::string kMd5Base64 = "1B2M2Y8AsgTpgAmY7PhCfg==";
const std::string kMd5Hex = "d41d8cd98f00b204e9800998ecf8427e";

AnswerHints hints(std::vector<core::Header> headers, bool whole = false) {
  return engine::answer_hints({200, 11, std::move(headers)},
                              *net::parse_url("https://a.example/dir/file.iso"), whole);
}

std::vector<std::string> urls(const AnswerHints& hints) {
  std::vector<std::string> all;
  for (const core::LinkedMirror& mirror : hints.mirrors) all.push_back(mirror.url);
  return all;
}

using Urls = std::vector<std::string>;
using Digests = std::vector<ExpectedDigest>;

}  // namespace

TEST_CASE("a head that says nothing more hints at nothing") {
  const AnswerHints none = hints({{"ETag", "\"x\""}}, true);
  CHECK(none.file_name.empty());
  CHECK(none.mirrors.empty());
  CHECK(none.metalinks.empty());
  CHECK(none.digests.empty());
}

TEST_CASE("mirrors are linked by priority, relative to the URL that answered") {
  const AnswerHints found = hints(
      {{"Link", "<https://b.example/f>; rel=duplicate; pri=2; geo=de"},
       {"Link", "</other/f>; rel=duplicate; pri=1; pref, <//c.example/f>; rel=duplicate; pri=3"}});
  CHECK(urls(found) ==
        Urls{"https://a.example/other/f", "https://b.example/f", "https://c.example/f"});
  CHECK(found.mirrors[0].same_tags);
  CHECK(found.mirrors[1].location == "de");
  CHECK_FALSE(found.mirrors[1].same_tags);
}

TEST_CASE("a link to itself, or to what xget does not fetch, is no mirror") {
  const AnswerHints found =
      hints({{"Link",
              "<file.iso>; rel=duplicate, <ftp://b.example/f>; rel=duplicate, "
              "<file:///etc/passwd>; rel=duplicate, <https://>; rel=duplicate"}});
  CHECK(urls(found).empty());
}

TEST_CASE("user info in a link is not taken") {
  const AnswerHints found = hints({{"Link", "<https://you:secret@b.example/f>; rel=duplicate"}});
  CHECK(urls(found) == Urls{"https://b.example/f"});
}

TEST_CASE("what describes the resource is a Metalink by its type") {
  const AnswerHints found =
      hints({{"Link", "<file.meta4>; rel=describedby; type=\"application/metalink4+xml\""},
             {"Link", "<file.torrent>; rel=describedby; type=\"application/x-bittorrent\""},
             {"Link", "<file.asc>; rel=describedby; type=\"application/pgp-signature\""},
             {"Link", "<unknown>; rel=describedby"}});
  CHECK(found.metalinks == Urls{"https://a.example/dir/file.meta4"});
}

TEST_CASE("digests of the representation count in any answer, the strongest first") {
  const AnswerHints found =
      hints({{"Digest", "MD5=" + kMd5Base64}, {"Repr-Digest", "sha-256=:" + kSha256Base64 + ":"}});
  CHECK(found.digests ==
        Digests{{DigestAlgorithm::Sha256, kSha256Hex}, {DigestAlgorithm::Md5, kMd5Hex}});
}

TEST_CASE("digests of the content count where it is the whole") {
  const std::vector<core::Header> headers = {{"Content-Digest", "sha-256=:" + kSha256Base64 + ":"},
                                             {"Content-MD5", kMd5Base64}};
  CHECK(hints(headers, true).digests.size() == 2);
  CHECK(hints(headers, false).digests.empty());
}

TEST_CASE("a digest that is said twice counts once, and one that is contradicted does not count") {
  const std::string zeros = to_base64(std::vector<std::byte>(32));
  const std::string field = "sha-256=:" + kSha256Base64 + ":";
  CHECK(hints({{"Repr-Digest", field}, {"Digest", "SHA-256=" + kSha256Base64}}).digests.size() ==
        1);
  const AnswerHints contradicted =
      hints({{"Repr-Digest", field}, {"Digest", "SHA-256=" + zeros + ",MD5=" + kMd5Base64}});
  CHECK(contradicted.digests == Digests{{DigestAlgorithm::Md5, kMd5Hex}});
}

TEST_CASE("the name that a server gives is as it says it") {
  CHECK(hints({{"Content-Disposition", "attachment; filename=\"../x\""}}).file_name == "../x");
}
