#include <catch2/catch.hpp>

#include "formats/metalink.hpp"
#include "formats/xml_reader.hpp"

using namespace xget;
using namespace std::string_literals;
using formats::Metalink;
using formats::MetalinkFile;
using formats::parse_metalink;

namespace {

const std::string kMd5(32, 'a');
const std::string kSha1(40, 'b');
const std::string kSha256(64, 'c');

std::string version4(const std::string& files) {
  return R"(<?xml version="1.0" encoding="UTF-8"?>)"
         R"(<metalink xmlns="urn:ietf:params:xml:ns:metalink">)" +
         files + "</metalink>";
}

std::string file4(const std::string& content) {
  return version4(R"(<file name="f">)" + content + "</file>");
}

std::string file3(const std::string& content) {
  return R"(<metalink version="3.0" xmlns="http://www.metalinker.org/"><files><file name="f">)" +
         content + "</file></files></metalink>";
}

Metalink read(const std::string& document) {
  auto metalink = parse_metalink(document);
  if (!metalink) FAIL(to_string(metalink.error()));
  return *std::move(metalink);
}

MetalinkFile read_file(const std::string& document) { return read(document).files.at(0); }

// What is wrong with it, with its line.
std::string refused(const std::string& document) {
  const auto metalink = parse_metalink(document);
  REQUIRE_FALSE(metalink.has_value());
  CHECK(metalink.error().code == ErrorCode::Usage);
  return metalink.error().subject + ": " + metalink.error().cause;
}

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("a Metalink's file is found by a path that ends in its name") {
  const auto metalink =
      formats::parse_metalink(R"(<metalink xmlns="urn:ietf:params:xml:ns:metalink">)"
                              R"(<file name="x/a"><url>http://a/1</url></file>)"
                              R"(<file name="a"><url>http://a/2</url></file>)"
                              R"(<file name="b"><url>http://a/3</url></file></metalink>)");
  REQUIRE(metalink);
  CHECK(find_file(*metalink, "/pub/x/a") == &metalink->files[0]);
  CHECK(find_file(*metalink, "/pub/a") == &metalink->files[1]);
  CHECK(find_file(*metalink, "/pub/y/b") == &metalink->files[2]);
  CHECK(find_file(*metalink, "/pub/c") == nullptr);
}

TEST_CASE("a Metalink 4 tells size, hashes, pieces and URLs of each file") {
  const Metalink metalink = read(version4(
      R"(<generator>x</generator><file name="one.iso"><size> 3000
         </size><hash type="md5">)" +
      kMd5 + R"(</hash><hash type="sha-256">)" + kSha256 +
      R"(</hash><pieces length="1024" type="sha-1"><hash>)" + kSha1 + "</hash><hash>" + kSha1 +
      "</hash><hash>" + std::string(40, 'F') + R"(</hash></pieces>
         <url location="DE" priority="2">https://b.example/one.iso</url>
         <url priority="1">
           http://a.example/one.iso?x=1&amp;y=2
         </url>
      </file><file name="two"/>)"));
  REQUIRE(metalink.files.size() == 2);
  const MetalinkFile& one = metalink.files[0];
  CHECK(one.name == "one.iso");
  CHECK(one.size == 3000U);
  CHECK(one.digests == std::vector<ExpectedDigest>{{DigestAlgorithm::Sha256, kSha256},
                                                   {DigestAlgorithm::Md5, kMd5}});
  REQUIRE(one.pieces.has_value());
  CHECK(one.pieces->algorithm == DigestAlgorithm::Sha1);
  CHECK(one.pieces->length == 1024);
  REQUIRE(one.pieces->count() == 3);
  CHECK(to_hex(one.pieces->digest(1)) == kSha1);
  CHECK(to_hex(one.pieces->digest(2)) == std::string(40, 'f'));
  REQUIRE(one.urls.size() == 2);
  CHECK(one.urls[0].url == "http://a.example/one.iso?x=1&y=2");
  CHECK(one.urls[0].location.empty());
  CHECK(one.urls[0].priority == 1);
  CHECK(one.urls[1].location == "de");
  CHECK(metalink.files[1].name == "two");
  CHECK_FALSE(metalink.files[1].size.has_value());
  CHECK(metalink.files[1].urls.empty());
}

TEST_CASE("a Metalink 3 means the same in its own words") {
  const MetalinkFile file =
      read_file(file3("<size>2000</size><verification><hash type=\"sha1\">" + kSha1 +
                      "</hash><pieces length=\"1024\" type=\"sha1\"><hash piece=\"0\">" + kSha1 +
                      "</hash><hash piece=\"1\">" + kSha1 +
                      R"(</hash></pieces></verification><resources maxconnections="1">
               <url type="http" preference="10">http://slow.example/f</url>
               <url type="http" location="fr" preference="100">http://fast.example/f</url>
               <url>http://last.example/f</url></resources>)"));
  CHECK(file.size == 2000U);
  CHECK(file.digests == std::vector<ExpectedDigest>{{DigestAlgorithm::Sha1, kSha1}});
  REQUIRE(file.pieces.has_value());
  CHECK(file.pieces->count() == 2);
  REQUIRE(file.urls.size() == 3);
  CHECK(file.urls[0].url == "http://fast.example/f");
  CHECK(file.urls[0].priority == 1);
  CHECK(file.urls[0].location == "fr");
  CHECK(file.urls[1].priority == 91);
  CHECK(file.urls[2].priority == formats::kLowestPriority);
}

TEST_CASE("a Metalink's elements are known by their namespace, whatever their prefix") {
  const MetalinkFile file = read_file(
      R"(<m:metalink xmlns:m="urn:ietf:params:xml:ns:metalink" xmlns:o="urn:other">
         <o:file name="no"><m:url>http://no.example/</m:url></o:file>
         <m:file name="yes"><o:size>1</o:size><m:size>7</m:size><size>3</size></m:file>
         </m:metalink>)");
  CHECK(file.name == "yes");
  CHECK(file.size == 7U);
  CHECK(refused("<metalink><file name=\"f\"/></metalink>") == "line 1: it is no Metalink");
  CHECK(refused("<html xmlns=\"urn:ietf:params:xml:ns:metalink\"/>") ==
        "line 1: it is no Metalink");
}

TEST_CASE("a Metalink's URLs go by priority, and by their order where that is equal") {
  const MetalinkFile file = read_file(file4(
      R"(<url>http://e/</url><url priority="5">http://c/</url><url priority="0">http://f/</url>
               <url priority="1">http://a/</url><url priority="x">http://g/</url>
               <url priority="5">http://d/</url><url priority="1">http://b/</url>
               <url priority="99999999">http://h/</url>)"));
  std::string order;
  for (const auto& url : file.urls) order += url.url.substr(7, 1);
  CHECK(order == "abcdefgh");
}

TEST_CASE("torrents and other protocols of a Metalink are left out") {
  CHECK(read_file(file4(R"(<metaurl mediatype="torrent">http://a/f.torrent</metaurl>
                           <url>ftp://a/f</url><url>rsync://a/f</url><url>magnet:?x</url><url/>
                           <url>http</url><url>HTTPS://a/f</url>)"))
            .urls.size() == 1);
  CHECK(read_file(file3(R"(<resources><url type="bittorrent">http://a/f.torrent</url>
                           <url type="HTTP">http://a/f</url><url type="ftp">ftp://a/f</url>
                           </resources>)"))
            .urls.size() == 1);
}

TEST_CASE("a Metalink's location is a country or nothing") {
  const MetalinkFile file =
      read_file(file4(R"(<url location="JP">http://a/</url><url location="moon">http://b/</url>
               <url location="&#233;">http://c/</url>)"));
  CHECK(file.urls[0].location == "jp");
  CHECK(file.urls[1].location.empty());
  CHECK(file.urls[2].location.empty());
}

TEST_CASE("of a Metalink's lists of pieces the strongest that is known counts") {
  const auto list = [](const char* type, const std::string& digest) {
    return "<pieces length=\"10\" type=\""s + type + "\"><hash>" + digest + "</hash></pieces>";
  };
  const MetalinkFile file =
      read_file(file4(list("md5", kMd5) + list("sha-256", kSha256) + list("sha-1", kSha1) +
                      list("tiger", "what it may be") + list("sha-256", kSha256)));
  REQUIRE(file.pieces.has_value());
  CHECK(file.pieces->algorithm == DigestAlgorithm::Sha256);
  CHECK(file.pieces->count() == 1);
  CHECK_FALSE(read_file(file4(R"(<pieces length="10" type="md5"/>)")).pieces.has_value());
}

TEST_CASE("hashes of a Metalink by unknown algorithms are left out") {
  CHECK(read_file(file4(R"(<hash type="tiger">?</hash><hash>?</hash>)")).digests.empty());
}

TEST_CASE("a Metalink that contradicts itself is refused") {
  CHECK(refused(file4("<size>1</size><size>2</size>")) == "line 1: a file has two sizes");
  CHECK(read_file(file4("<size>1</size><size>1</size>")).size == 1U);
  const auto hash = [](char digit) {
    return "<hash type=\"md5\">" + std::string(32, digit) + "</hash>";
  };
  CHECK(refused(file4(hash('a') + "\n" + hash('b'))) ==
        "line 2: a file has two hashes of one type");
  CHECK(read_file(file4(hash('a') + hash('A'))).digests.size() == 1);
  const auto pieces = [](int size) {
    return "<size>" + std::to_string(size) + "</size><pieces length=\"10\" type=\"md5\">" +
           repeated("<hash>" + kMd5 + "</hash>", 2) + "</pieces>";
  };
  CHECK(refused(file4(pieces(10))) == "line 1: the pieces do not add up to the file's size");
  CHECK(read_file(file4(pieces(11))).pieces->count() == 2);
  CHECK(read_file(file4(pieces(20))).pieces->count() == 2);
  CHECK(refused(file4(pieces(21))) == "line 1: the pieces do not add up to the file's size");
}

TEST_CASE("a Metalink with nonsense in it is refused, and told in which line") {
  CHECK(refused(version4("\n\n<file/>")) == "line 3: a file has no name");
  CHECK(refused(version4("<file name=\"\"/>")) == "line 1: a file has no name");
  CHECK(refused(version4("")) == "line 1: it describes no file");
  for (const char* size : {"", "-1", "1.5", "0x10", "9223372036854775808", "1 2"}) {
    CAPTURE(size);
    CHECK(refused(file4("<size>"s + size + "</size>")) == "line 1: a size is no number of bytes");
  }
  CHECK(read_file(file4("<size>9223372036854775807</size>")).size == 9223372036854775807U);
  for (const auto& digits : {kMd5 + "a", kMd5.substr(1), std::string(32, 'g'), ""s}) {
    CAPTURE(digits);
    CHECK(refused(file4("<hash type=\"md5\">" + digits + "</hash>")) ==
          "line 1: a hash does not have its type's digits");
    CHECK(
        refused(file4("<pieces length=\"1\" type=\"md5\"><hash>" + digits + "</hash></pieces>")) ==
        "line 1: a piece's hash does not have its type's digits");
  }
  for (const char* length : {"0", "", "-5", "99999999999999999999"}) {
    CAPTURE(length);
    CHECK(refused(file4("<pieces type=\"md5\" length=\""s + length + "\"/>")) ==
          "line 1: the pieces have no length");
  }
  CHECK(refused(file3("<verification><pieces length=\"1\" type=\"md5\"><hash piece=\"1\">" + kMd5 +
                      "</hash></pieces></verification>")) == "line 1: the pieces are out of order");
  CHECK(refused(file4("<url>http://a/<b/>c</url>")) == "line 1: an element stands within a text");
}

TEST_CASE("a torn Metalink is refused wherever it ends") {
  const std::string whole = file4("<size>5</size><url>http://a/</url>");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse_metalink(whole.substr(0, length)).has_value());
  }
  CHECK(refused(version4("<file name='f'>\n<size>5</file>"))
            .starts_with("line 2: it is no sound XML (mismatched tag"));
}

TEST_CASE("a Metalink with a DOCTYPE is refused before an entity of it can grow") {
  std::string bomb = "<!DOCTYPE m [<!ENTITY a \"aaaaaaaaaa\">";
  for (char name = 'b'; name <= 'z'; ++name) {
    const std::string inner = "&"s + static_cast<char>(name - 1) + ";";
    bomb += "<!ENTITY "s + name + " \"" + repeated(inner, 10) + "\">";
  }
  const std::string cause = "line 1: it has a DOCTYPE, which is not taken from strangers";
  CHECK(refused(bomb + "]>" + file4("<url>http://&z;/</url>").substr(38)) == cause);
  CHECK(refused("<!DOCTYPE m SYSTEM \"file:///etc/passwd\"><m/>") == cause);
  CHECK(refused("<!DOCTYPE m [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><m>&a;</m>") == cause);
}

TEST_CASE("a Metalink that nests without end is refused") {
  CHECK(refused(repeated("<a xmlns='urn:x'>", 1)).ends_with("it is no Metalink"));
  const std::size_t left = formats::kDeepestXml - 2;
  CHECK(read_file(file4(repeated("<a>", left) + repeated("</a>", left))).name == "f");
  CHECK(refused(file4(repeated("<a>", left + 1) + repeated("</a>", left + 1))) ==
        "line 1: it is nested too deeply");
  CHECK(refused(file4(repeated("<a>", 1'000'000))) == "line 1: it is nested too deeply");
}

TEST_CASE("no text, attribute or count of a Metalink goes past its bound") {
  const std::string longest(formats::kLongestMetalinkText - 9, 'x');
  CHECK(read_file(file4("<url>http://a/" + longest + "</url>")).urls.size() == 1);
  CHECK(refused(file4("<url>http://a/x" + longest + "</url>")) == "line 1: a text is too long");
  CHECK(read_file(file4("<description>" + longest + longest + "</description>")).name == "f");

  const std::string name(formats::kLongestAttribute, 'n');
  CHECK(read(version4("<file name=\"" + name + "\"/>")).files[0].name == name);
  CHECK(refused(version4("<file name=\"n" + name + "\"/>")) == "line 1: an attribute is too long");

  const std::size_t files = formats::kMostMetalinkFiles;
  CHECK(read(version4(repeated("<file name='f'/>", files))).files.size() == files);
  CHECK(refused(version4(repeated("<file name='f'/>", files + 1))) ==
        "line 1: it has too many files");

  const std::size_t urls = formats::kMostMetalinkUrls;
  CHECK(read_file(file4(repeated("<url>http://a</url>", urls))).urls.size() == urls);
  CHECK(refused(file4(repeated("<url>http://a</url>", urls + 1))) ==
        "line 1: it has too many URLs");

  CHECK(refused(std::string(formats::kLargestMetalink + 1, ' ')) == ": it is larger than 32 MiB");
}

TEST_CASE("a Metalink's name is kept as it is given") {
  CHECK(read(version4("<file name='../../etc/&#10;&lt;x'/>")).files[0].name == "../../etc/\n<x");
}

TEST_CASE("a Metalink may be in another encoding that XML names, and comes out in UTF-8") {
  CHECK(read("<?xml version='1.0' encoding='ISO-8859-1'?>"
             "<metalink xmlns='urn:ietf:params:xml:ns:metalink'><file name='\xe9'/></metalink>")
            .files[0]
            .name == "\xc3\xa9");
  CHECK(refused(version4("<file name='\xe9'/>")).starts_with("line 1: it is no sound XML"));
}
