#include <catch2/catch.hpp>

#include "store/sidecar.hpp"
#include "store_fixture.hpp"

using namespace store_test;
using store::parse_sidecar;
using store::Sidecar;

namespace {

constexpr std::uint64_t kMiB = 1U << 20;

Sidecar example() {
  Sidecar sidecar;
  sidecar.generation = 7;
  sidecar.size = 5 * kMiB + 3;
  sidecar.piece_length = kMiB;
  sidecar.inode = 99;
  sidecar.url = "https://example.org/\"x\"\\y";
  sidecar.validators.strong_etag = "\"\xe9\xff\x80t\"";  // not UTF-8
  sidecar.validators.last_modified = "Tue, 15 Nov 1994 12:45:26 GMT";
  sidecar.validators.last_modified_is_strong = true;
  sidecar.validators.resource = "5f0a";
  sidecar.pieces = {{0, {1, 2}}, {2, {3, 4}}, {5, {5, 6}}};
  sidecar.runs = {{{kMiB, kMiB + 10}, {7, 8}}, {{kMiB + 10, kMiB + 20}, {9, 10}}};
  return sidecar;
}

bool same(const Sidecar& a, const Sidecar& b) {
  return serialise(a) == serialise(b) && a.validators == b.validators && a.pieces == b.pieces;
}

// A document whose own digest holds, whatever stands in it.
std::string sealed(const std::string& members) {
  const std::string rest = members + "}\n";
  return "{\"digest\":\"" + to_hex(piece_digest(bytes_of(rest))) + "\"," + rest;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

std::string members_of(const Sidecar& sidecar) {
  const std::string text = serialise(sidecar);
  const auto begin = text.find(',') + 1;
  return text.substr(begin, text.rfind('}') - begin);
}

std::string cause_of(const std::string& document) {
  auto parsed = parse_sidecar(document);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::Disk);
  return parsed.error().cause;
}

}  // namespace

TEST_CASE("a sidecar is read back as it was written") {
  const Sidecar sidecar = example();
  auto parsed = parse_sidecar(serialise(sidecar));
  REQUIRE(parsed);
  CHECK(same(*parsed, sidecar));
  CHECK(parsed->validators.strong_etag == sidecar.validators.strong_etag);
  RangeSet claimed;
  claimed.add({0, kMiB + 20});
  claimed.add({2 * kMiB, 3 * kMiB});
  claimed.add({5 * kMiB, 5 * kMiB + 3});
  CHECK(parsed->claimed() == claimed);
}

TEST_CASE("what the server said of the whole is read back, and must be a digest") {
  Sidecar sidecar = example();
  CHECK_FALSE(parse_sidecar(serialise(sidecar))->server_digest);
  sidecar.server_digest = ExpectedDigest{DigestAlgorithm::Md5, std::string(32, 'a')};
  const auto parsed = parse_sidecar(serialise(sidecar));
  REQUIRE(parsed);
  CHECK(parsed->server_digest == sidecar.server_digest);
  const std::string members = members_of(sidecar);
  CHECK(parse_sidecar(sealed(members)));
  const auto wrong = GENERATE("\"md5\"", "\"md5:aa\"", "\"rot13:aa\"", "7", "\"\"");
  cause_of(sealed(replaced(members, "\"md5:" + std::string(32, 'a') + "\"", wrong)));
}

TEST_CASE("a sidecar of the largest number of pieces stays under a mebibyte") {
  Sidecar sidecar;
  sidecar.size = 14000 * kMiB;
  sidecar.piece_length = kMiB;
  for (std::uint64_t i = 0; i < 14000; ++i) sidecar.pieces[i] = {i * 77777777777, i};
  const std::string document = serialise(sidecar);
  CHECK(document.size() < kMiB);
  CHECK(parse_sidecar(document));
}

TEST_CASE("a torn sidecar is refused wherever it was torn") {
  const std::string document = serialise(example());
  for (std::size_t length = 0; length < document.size(); ++length) {
    INFO(length);
    REQUIRE(cause_of(document.substr(0, length)) == "it is torn or garbled");
  }
}

TEST_CASE("a sidecar with any one byte changed is refused") {
  const std::string document = serialise(example());
  for (std::size_t at = 0; at < document.size(); ++at) {
    for (const int flip : {0x01, 0x20, 0x80, 0xff}) {
      std::string garbled = document;
      garbled[at] = static_cast<char>(garbled[at] ^ flip);
      INFO(at);
      REQUIRE_FALSE(parse_sidecar(garbled));
    }
  }
}

TEST_CASE("a foreign document is refused") {
  CHECK_FALSE(parse_sidecar(""));
  CHECK_FALSE(parse_sidecar("{}"));
  CHECK_FALSE(parse_sidecar("[1,2,3]"));
  CHECK_FALSE(parse_sidecar(std::string(1000, '\0')));
  CHECK_FALSE(parse_sidecar(sealed("\"schema\":1")));
  CHECK_FALSE(parse_sidecar(sealed("\"name\":\"something else\"")));
  CHECK(cause_of(std::string(store::kMaxSidecarBytes + 1, ' ')) ==
        "it is too large to be one of xget's");
}

TEST_CASE("a sidecar of a newer schema is refused by its number") {
  const std::string newer = replaced(members_of(example()), "\"schema\":1", "\"schema\":2");
  CHECK(cause_of(sealed(newer)) == "it was written by a newer xget (schema 2)");
  CHECK(cause_of(sealed("\"schema\":7,\"shape\":\"unknown\"")) ==
        "it was written by a newer xget (schema 7)");
  CHECK_FALSE(parse_sidecar(sealed(replaced(newer, "\"schema\":2", "\"schema\":0"))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(newer, "\"schema\":2", "\"schema\":-1"))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(newer, "\"schema\":2", "\"schema\":1.0"))));
}

TEST_CASE("claims that overlap, leave the file or cross a piece are refused though sealed") {
  const auto refused = [](auto change) {
    Sidecar sidecar = example();
    change(sidecar);
    return !parse_sidecar(serialise(sidecar));
  };
  CHECK(refused([](Sidecar& s) { s.pieces[6] = {}; }));
  CHECK(refused([](Sidecar& s) { s.pieces[1] = {}; }));
  CHECK(refused([](Sidecar& s) { s.runs[1].range = {kMiB + 9, kMiB + 20}; }));
  CHECK(refused([](Sidecar& s) { s.runs[1].range = {kMiB + 10, kMiB + 10}; }));
  CHECK(refused([](Sidecar& s) { s.runs[1].range = {kMiB + 20, kMiB + 10}; }));
  CHECK(refused([](Sidecar& s) { s.runs[1].range = {kMiB + 10, 3 * kMiB + 1}; }));
  CHECK(refused([](Sidecar& s) { s.runs.push_back({{4 * kMiB, 6 * kMiB}, {}}); }));
  CHECK(refused([](Sidecar& s) { std::swap(s.runs[0], s.runs[1]); }));
  CHECK(refused([](Sidecar& s) { s.piece_length = 0; }));
  CHECK(refused([](Sidecar& s) { s.piece_length = kMiB + 1; }));
  CHECK(refused([](Sidecar& s) { s.piece_length = kMiB / 2; }));
  CHECK(refused([](Sidecar& s) { s.size = ~0ULL; }));
}

TEST_CASE("members of another type, missing or unknown are refused though sealed") {
  const std::string members = members_of(example());
  REQUIRE(parse_sidecar(sealed(members)));
  CHECK_FALSE(parse_sidecar(sealed(members + ",\"more\":1")));
  CHECK_FALSE(parse_sidecar(sealed(replaced(members, "\"generation\":7", "\"generation\":\"7\""))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(members, "\"generation\":7", "\"generation\":-7"))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(members, "\"generation\":7", "\"generation\":7.5"))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(members, "\"generation\":7,", ""))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(members, "\"committing\":false", "\"committing\":0"))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(members, "[[0,", "[[0,0,"))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(members, "\"pieces\":[", "\"pieces\":[7,"))));
  CHECK_FALSE(parse_sidecar(sealed(replaced(members, "https://", "\\u2603"))));
}

TEST_CASE("a document that nests very deep is refused without harm") {
  CHECK_FALSE(parse_sidecar(
      sealed("\"schema\":1,\"x\":" + std::string(1U << 20, '[') + std::string(1U << 20, ']'))));
  CHECK_FALSE(parse_sidecar(sealed("\"x\":" + std::string(1U << 20, '['))));
}

TEST_CASE("an origin mark is believed only of the file as it was left") {
  const store::OriginMark mark{.size = 123,
                               .mtime_ns = -5,
                               .validators = {.strong_etag = "\"e\xfftag\"",
                                              .weak_etag = "",
                                              .last_modified = "Tue, 15 Nov 1994 12:45:26 GMT",
                                              .last_modified_is_strong = true,
                                              .resource = "5f0a"},
                               .digest = {},
                               .url_digest = {}};
  auto parsed = store::parse_origin_mark(serialise(mark));
  REQUIRE(parsed);
  CHECK(parsed->validators == mark.validators);
  CHECK_FALSE(parsed->digest);
  CHECK(parsed->is_of(123, -5));
  CHECK_FALSE(parsed->is_of(124, -5));
  CHECK_FALSE(parsed->is_of(123, -4));
  CHECK_FALSE(store::parse_origin_mark(""));
  CHECK_FALSE(store::parse_origin_mark("{\"size\":123,\"mtime_ns\":-5}"));

  store::OriginMark weak = mark;
  weak.validators.last_modified_is_strong = false;
  parsed = store::parse_origin_mark(serialise(weak));
  REQUIRE(parsed);
  CHECK(parsed->validators.last_modified.empty());
}

TEST_CASE("an origin mark remembers what digest the bytes had, and believes no garbled one") {
  store::OriginMark mark{
      .size = 4, .mtime_ns = 5, .validators = {}, .digest = {}, .url_digest = {}};
  mark.digest = ExpectedDigest{DigestAlgorithm::Crc32c, "0a1b2c3d"};
  std::string text = serialise(mark);
  CHECK(store::parse_origin_mark(text)->digest == mark.digest);
  text.replace(text.find("0a1b"), 4, "0a1x");
  CHECK_FALSE(store::parse_origin_mark(text));
}

TEST_CASE("an origin mark remembers the URL by a digest, which tells no secret") {
  store::OriginMark mark;
  mark.url_digest = store::digest_of_url("https://example.org/f?id=1");
  CHECK(mark.url_digest.size() == 64);
  CHECK(store::parse_origin_mark(serialise(mark))->url_digest == mark.url_digest);
  CHECK(store::digest_of_url("https://example.org/f?id=2") != mark.url_digest);
  CHECK(store::digest_of_url("https://example.org/f?token=…").empty());
}
