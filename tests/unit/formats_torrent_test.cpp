#include <catch2/catch.hpp>

#include "formats/bencode.hpp"
#include "formats/torrent.hpp"

using namespace xget;
using namespace std::string_literals;
using formats::parse_bencode;
using formats::parse_torrent;
using formats::Torrent;

namespace {

std::string text(const std::string& bytes) { return std::to_string(bytes.size()) + ":" + bytes; }
std::string number(std::uint64_t value) { return "i" + std::to_string(value) + "e"; }

std::string digests(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += std::string(20, static_cast<char>('a' + i));
  return text(all);
}

// With members of its info as they stand, and of the whole.
std::string torrent_of(const std::string& info, const std::string& more = "") {
  return "d" + text("announce") + text("http://tracker.example/") + text("info") + "d" + info +
         "e" + more + "e";
}

const std::string kPieces = text("piece length") + number(10) + text("pieces") + digests(2);
const std::string kName = text("name") + text("a.iso");
const std::string kLength = text("length") + number(15);
const std::string kOneFile = kLength + kName + kPieces;

std::string file_of(const std::string& length, const std::string& path) {
  return "d" + text("length") + length + text("path") + "l" + path + "ee";
}

Torrent read(const std::string& torrent) {
  auto parsed = parse_torrent(torrent);
  if (!parsed) FAIL(to_string(parsed.error()));
  return *std::move(parsed);
}

std::string refused(const std::string& torrent) {
  const auto parsed = parse_torrent(torrent);
  REQUIRE_FALSE(parsed.has_value());
  CHECK(parsed.error().code == ErrorCode::Usage);
  return parsed.error().cause;
}

std::string bencode_refused(const std::string& value) {
  const auto parsed = parse_bencode(value);
  REQUIRE_FALSE(parsed.has_value());
  return parsed.error().subject + ": " + parsed.error().cause;
}

}  // namespace

TEST_CASE("a torrent of one file tells its name, its length and its pieces") {
  const Torrent torrent = read(torrent_of(kOneFile));
  CHECK(torrent.name == "a.iso");
  CHECK_FALSE(torrent.folder);
  CHECK(torrent.size == 15);
  CHECK(torrent.pieces.algorithm == DigestAlgorithm::Sha1);
  CHECK(torrent.pieces.length == 10);
  REQUIRE(torrent.pieces.count() == 2);
  CHECK(to_hex(torrent.pieces.digest(1)) == "6262626262626262626262626262626262626262");
  REQUIRE(torrent.files.size() == 1);
  CHECK(torrent.files[0].path == std::vector<std::string>{"a.iso"});
  CHECK(torrent.files[0].length == 15);
  CHECK(torrent.web_seeds.empty());
}

TEST_CASE("a torrent of many files tells where each lies among the pieces") {
  const std::string padding = "d" + text("attr") + text("xp") + text("length") + number(3) +
                              text("path") + "l" + text(".pad") + text("3") + "ee";
  const Torrent torrent = read(torrent_of(text("files") + "l" + file_of(number(7), text("a")) +
                                          padding + file_of(number(5), text("b") + text("c d")) +
                                          "e" + text("name") + text("folder") + kPieces));
  CHECK(torrent.folder);
  CHECK(torrent.size == 15);
  REQUIRE(torrent.files.size() == 3);
  CHECK(torrent.files[0].offset == 0);
  CHECK_FALSE(torrent.files[0].padding);
  CHECK(torrent.files[1].padding);
  CHECK(torrent.files[2].path == std::vector<std::string>{"b", "c d"});
  CHECK(torrent.files[2].offset == 10);
  CHECK(torrent.files[2].length == 5);
}

TEST_CASE("a torrent's file has the pieces that no other file has a share in") {
  const auto files = [](std::uint64_t first, std::uint64_t second, std::uint64_t third) {
    return read(torrent_of(text("files") + "l" + file_of(number(first), text("a")) +
                           file_of(number(second), text("b")) + file_of(number(third), text("c")) +
                           "e" + text("name") + text("folder") + text("piece length") + number(10) +
                           text("pieces") + digests(4)));
  };
  const auto check = [](const Torrent& torrent, std::size_t file, std::uint64_t begin,
                        const std::string& letters) {
    const auto own = pieces_of(torrent, torrent.files[file]);
    CHECK(own.begin == begin);
    REQUIRE(own.count() == letters.size());
    CHECK(own.fit(torrent.files[file].length));
    for (std::size_t i = 0; i < letters.size(); ++i) {
      CHECK(own.digest(i).front() == static_cast<std::byte>(letters[i]));
    }
  };
  const Torrent torrent = files(5, 28, 3);
  check(torrent, 0, 0, "");
  check(torrent, 1, 5, "bc");
  check(torrent, 2, 0, "");
  check(files(10, 20, 5), 0, 0, "a");
  check(files(10, 20, 5), 1, 0, "bc");
  check(files(10, 20, 5), 2, 0, "d");  // the last piece is shorter, and its own
  check(files(0, 35, 0), 0, 0, "");
  check(files(0, 35, 0), 1, 0, "abcd");
  check(files(1, 34, 0), 1, 9, "bcd");
  check(files(1, 34, 0), 2, 0, "");
  const auto own = pieces_of(files(10, 20, 5), files(10, 20, 5).files[1]);
  CHECK(own.cover(20));
  CHECK_FALSE(own.fit(21));
}

TEST_CASE("a torrent's file is found by the longest end of a path, or by its name alone") {
  const Torrent torrent =
      read(torrent_of(text("files") + "l" + file_of(number(1), text("x") + text("a")) +
                      file_of(number(2), text("y") + text("a")) + file_of(number(3), text("b")) +
                      file_of(number(9), text("a")) + "e" + text("name") + text("dir") + kPieces));
  const auto length_at = [&](const char* path) {
    const auto* file = find_file(torrent, path);
    return file == nullptr ? 0 : file->length;
  };
  CHECK(length_at("/pub/dir/x/a") == 1);
  CHECK(length_at("/pub/dir/a") == 9);
  CHECK(length_at("/elsewhere/b") == 3);
  CHECK(length_at("b") == 3);
  CHECK(length_at("/elsewhere/a") == 0);  // which one?
  CHECK(length_at("/none") == 0);
  CHECK(length_at("/dir/x/") == 0);
  CHECK(length_at("") == 0);
}

TEST_CASE("a torrent's web seeds are one URL or a list, and only those of the web count") {
  const auto seeds = [](const std::string& list) {
    return read(torrent_of(kOneFile, text("url-list") + list)).web_seeds;
  };
  CHECK(seeds(text("http://a/f")) == std::vector<std::string>{"http://a/f"});
  CHECK(seeds("l" + text("HTTPS://a/") + text("ftp://a/") + number(5) + text("") + text("http") +
              text("http://b/") + "e") == std::vector<std::string>{"HTTPS://a/", "http://b/"});
  CHECK(seeds(text("")).empty());
  CHECK(seeds("de").empty());
  CHECK(seeds(text("http://" + std::string(formats::kLongestWebSeed, 'a'))).empty());
  std::string many;
  for (std::size_t i = 0; i < formats::kMostWebSeeds + 1; ++i) many += text("http://a/");
  CHECK(seeds("l" + many + "e").size() == formats::kMostWebSeeds);
}

TEST_CASE("a web seed's URL for a file is put together from encoded names") {
  const Torrent one = read(torrent_of(kLength + text("name") + text("a b.iso") + kPieces));
  CHECK(web_seed_url(one, "http://a/x.iso", one.files[0]) == "http://a/x.iso");
  CHECK(web_seed_url(one, "http://a/", one.files[0]) == "http://a/a%20b.iso");
  const Torrent many =
      read(torrent_of(text("files") + "l" + file_of(number(15), text("b?") + text("../\xc3\xa9")) +
                      "e" + text("name") + text("f#") + kPieces));
  CHECK(web_seed_url(many, "http://a/x/", many.files[0]) == "http://a/x/f%23/b%3F/..%2F%C3%A9");
  CHECK(web_seed_url(many, "http://a/x", many.files[0]) == "http://a/x/f%23/b%3F/..%2F%C3%A9");
}

TEST_CASE("a torrent whose pieces do not cover its files is refused") {
  const auto with = [](std::uint64_t length, std::uint64_t piece_length,
                       const std::string& pieces) {
    return torrent_of(text("length") + number(length) + kName + text("piece length") +
                      number(piece_length) + text("pieces") + pieces);
  };
  CHECK(read(with(20, 10, digests(2))).pieces.count() == 2);
  CHECK(read(with(11, 10, digests(2))).pieces.count() == 2);
  CHECK(read(with(0, 10, digests(0))).size == 0);
  for (const std::uint64_t length : {0U, 10U, 21U}) {
    CHECK(refused(with(length, 10, digests(2))) == "its pieces do not add up to its size");
  }
  CHECK(refused(with(20, 0, digests(2))) == "its pieces have no length");
  CHECK(refused(with(20, 10, text(std::string(39, 'a')))) == "a piece is cut short");
  CHECK(read(with((1ULL << 63) - 1, (1ULL << 63) - 1, digests(1))).size == (1ULL << 63) - 1);
}

TEST_CASE("a torrent that lacks what it must have, or has it of another kind, is refused") {
  CHECK(refused("de") == "it is no torrent");
  CHECK(refused("le") == "it is no torrent");
  CHECK(refused("d" + text("info") + "lee") == "it has no name");
  CHECK(refused(torrent_of(kLength + kPieces)) == "it has no name");
  CHECK(refused(torrent_of(kLength + text("name") + text("") + kPieces)) == "it has no name");
  CHECK(refused(torrent_of(kName + kPieces)) == "it has neither one file nor several");
  CHECK(refused(torrent_of(kOneFile + text("files") + "l" + file_of(number(1), text("a")) + "e")) ==
        "it has neither one file nor several");
  CHECK(refused(torrent_of(text("length") + "i-1e" + kName + kPieces)) == "a file has no length");
  CHECK(refused(torrent_of(text("length") + text("5") + kName + kPieces)) ==
        "a file has no length");
  CHECK(refused(torrent_of(kLength + kName)) == "its pieces have no length");
  CHECK(refused(torrent_of(text("file tree") + "de" + text("meta version") + number(2) + kName +
                           kPieces)) == "it is of version 2 alone, which has other pieces");
  const auto files = [](const std::string& list) {
    return refused(torrent_of(text("files") + list + kName + kPieces));
  };
  CHECK(files("le") == "it has no files");
  CHECK(files(number(1)) == "it has no files");
  CHECK(files("lde" + std::string("e")) == "a file has no path");
  CHECK(files("l" + file_of(number(1), "") + "e") == "a file has no path");
  CHECK(files("l" + file_of(number(1), text("")) + "e") == "a file has no name");
  CHECK(files("l" + file_of(number(1), number(1)) + "e") == "a file has no name");
  CHECK(files("l" + file_of(text("x"), text("a")) + "e") == "a file has no length");
}

TEST_CASE("a torrent's sizes, names and counts are bounded") {
  const std::string half = number((1ULL << 62));
  const auto files = [](const std::string& list) {
    return refused(torrent_of(text("files") + "l" + list + "e" + kName + kPieces));
  };
  CHECK(files(file_of(half, text("a")) + file_of(half, text("b"))) == "its files are too large");
  const std::string name(formats::kLongestTorrentName + 1, 'n');
  CHECK(files(file_of(number(1), text(name))) == "a name is too long");
  CHECK(refused(torrent_of(kLength + text("name") + text(name) + kPieces)) == "a name is too long");
  std::string deep;
  for (std::size_t i = 0; i < formats::kDeepestTorrentPath + 1; ++i) deep += text("a");
  CHECK(files(file_of(number(1), deep)) == "a path is too deep");
  std::string many;
  for (std::size_t i = 0; i < formats::kMostTorrentFiles + 1; ++i)
    many += file_of(number(0), text("a"));
  CHECK(files(many) == "it has too many files");
  CHECK(refused(std::string(formats::kLargestTorrent + 1, ' ')) == "it is larger than 32 MiB");
}

TEST_CASE("a torn torrent is refused wherever it ends") {
  const std::string whole = torrent_of(kOneFile, text("url-list") + text("http://a/"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse_torrent(whole.substr(0, length)).has_value());
  }
}

TEST_CASE("bencode is read strictly, and told at which byte it is wrong") {
  CHECK(parse_bencode("i-7e")->number() == -7);
  CHECK(parse_bencode("3:a:b")->bytes() == "a:b");
  CHECK(parse_bencode("li1e0:e")->list()->size() == 2);
  CHECK(parse_bencode("d1:bi1e1:ai2ee")->find("a")->number() == 2);
  CHECK(parse_bencode("d1:ai2ee")->find("b") == nullptr);
  CHECK_FALSE(parse_bencode("i1e")->bytes().has_value());
  CHECK(parse_bencode("i1e")->list() == nullptr);
  CHECK(parse_bencode("i1e")->find("a") == nullptr);
  for (const char* bad : {"i01e", "i-0e", "ie", "i e", "i1.5e", "i+1e", "i9223372036854775808e"}) {
    CAPTURE(bad);
    CHECK(bencode_refused(bad) == "byte 0: a number makes no sense");
  }
  CHECK(bencode_refused("i12") == "byte 0: a number does not end");
  for (const char* bad : {"x", "-1:a", "01:a", ":", "99999999999999999999:a", "e", "1"}) {
    CAPTURE(bad);
    CHECK(bencode_refused(bad) == "byte 0: there is no value");
  }
  CHECK(bencode_refused("") == "byte 0: it is cut short");
  CHECK(bencode_refused("5:abcd") == "byte 0: it is cut short");
  CHECK(bencode_refused("18446744073709551615:abcd") == "byte 0: it is cut short");
  CHECK(bencode_refused("l") == "byte 1: it is cut short");
  CHECK(bencode_refused("d1:a") == "byte 4: it is cut short");
  CHECK(bencode_refused("di1ei1ee") == "byte 1: there is no value");
  CHECK(bencode_refused("i1ei1e") == "byte 3: something follows its end");
  CHECK(bencode_refused("d1:ai1e1:ai1ee") == "byte 14: a dictionary has a key twice");
}

TEST_CASE("bencode that nests or goes on without end is refused") {
  const std::size_t deepest = formats::kDeepestBencode;
  CHECK(parse_bencode(std::string(deepest, 'l') + std::string(deepest, 'e')).has_value());
  CHECK(bencode_refused(std::string(1'000'000, 'l')).ends_with("it is nested too deeply"));
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += "d1:a";
  CHECK(bencode_refused(nested).ends_with("it is nested too deeply"));
  std::string many = "l";
  for (std::size_t i = 0; i < formats::kMostBencodeValues - 1; ++i) many += "0:";
  CHECK(parse_bencode(many + "e").has_value());
  CHECK(bencode_refused(many + "0:e").ends_with("it has too many values"));
}
