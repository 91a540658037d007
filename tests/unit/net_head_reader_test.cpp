#include <catch2/catch.hpp>

#include "net/head_reader.hpp"

using namespace xget;
using net::HeadReader;

namespace {

// Feeds lines until one is not answered with More.
HeadReader::Step feed(HeadReader& reader, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    const auto step = reader.feed(line + "\r\n");
    if (step != HeadReader::Step::More) return step;
  }
  return HeadReader::Step::More;
}

HeadReader read(const std::vector<std::string>& lines) {
  HeadReader reader;
  REQUIRE(feed(reader, lines) == HeadReader::Step::Complete);
  return reader;
}

bool refused(const std::vector<std::string>& lines) {
  HeadReader reader;
  return feed(reader, lines) == HeadReader::Step::Refused && !reader.cause().empty();
}

}  // namespace

TEST_CASE("a head is read with its status, version and headers") {
  const auto reader = read({"HTTP/1.1 206 Partial Content", "ETag:  \"a\" ", "X-Empty:", ""});
  CHECK(reader.head().status == 206);
  CHECK(reader.head().http_version == 11);
  CHECK(reader.head().find("etag") == "\"a\"");
  CHECK(reader.head().find("x-empty") == "");
  CHECK_FALSE(reader.framing().framed);
  CHECK(read({"HTTP/2 200 ", ""}).head().http_version == 20);
  CHECK(read({"HTTP/1.0 200", ""}).head().http_version == 10);
}

TEST_CASE("interim responses leave nothing behind") {
  const auto reader = read({"HTTP/1.1 100 Continue", "Content-Length: 5", "", "HTTP/1.1 103 Early",
                            "Link: </a>", "", "HTTP/1.1 200 OK", "Content-Length: 7", ""});
  CHECK(reader.head().status == 200);
  CHECK(reader.head().headers.size() == 1);
  CHECK(reader.framing().length == 7);
}

TEST_CASE("folded lines are joined") {
  CHECK(read({"HTTP/1.1 200 OK", "A: b", "\t c", ""}).head().find("a") == "b c");
  CHECK(read({"HTTP/1.1 200 OK", "A:", " b", ""}).head().find("a") == "b");
  CHECK(read({"HTTP/1.1 200 OK", "A: b", " \t", ""}).head().find("a") == "b");
}

TEST_CASE("trailers do not change the head") {
  auto reader = read({"HTTP/1.1 200 OK", "Transfer-Encoding: chunked", ""});
  CHECK(feed(reader, {"Content-Length: 3", ""}) == HeadReader::Step::More);
  CHECK_FALSE(reader.framing().length);
  CHECK(reader.head().headers.size() == 1);
}

TEST_CASE("the framing follows RFC 9112 section 6.3") {
  CHECK(read({"HTTP/1.1 200 OK", "Content-Length: 0", ""}).framing().framed);
  const auto chunked =
      read({"HTTP/1.1 200 OK", "Content-Length: 5", "Transfer-Encoding: gzip, Chunked", ""});
  CHECK(chunked.framing().framed);
  CHECK_FALSE(chunked.framing().length);
  CHECK_FALSE(read({"HTTP/1.1 200 OK", "Transfer-Encoding: gzip", ""}).framing().framed);
  CHECK(read({"HTTP/2 200", ""}).framing().framed);
  CHECK(read({"HTTP/1.1 304 Not Modified", "Content-Length: 99", ""}).framing().length == 0);
}

TEST_CASE("lengths that contradict each other are refused, repeats are not") {
  CHECK(
      read({"HTTP/1.1 200 OK", "Content-Length: 5", "content-length: 5, 5", ""}).framing().length ==
      5);
  CHECK(refused({"HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 6", ""}));
  CHECK(refused({"HTTP/1.1 200 OK", "Content-Length: 5, 6", ""}));
  CHECK(refused({"HTTP/1.1 200 OK", "Content-Length: -5", ""}));
  CHECK(refused({"HTTP/1.1 200 OK", "Content-Length: 99999999999999999999", ""}));
  CHECK(refused({"HTTP/1.1 200 OK", "Content-Length: 5x", ""}));
  CHECK(refused({"HTTP/1.1 200 OK", "Content-Length:", ""}));
}

TEST_CASE("a flood of headers is refused") {
  std::vector<std::string> many{"HTTP/1.1 200 OK"};
  many.insert(many.end(), 300, "A: b");
  CHECK(refused(many));
  CHECK(refused({"HTTP/1.1 200 OK", "A: " + std::string(70'000, 'x')}));
  std::vector<std::string> interim;
  for (int i = 0; i < 200; ++i) interim.insert(interim.end(), {"HTTP/1.1 102 Processing", ""});
  CHECK(refused(interim));
}

TEST_CASE("a response that was not the last one gives way to the next") {
  HeadReader reader = read({"HTTP/1.1 407 No", "A: b", "Content-Length: 5", ""});
  reader.begin_again();
  CHECK_FALSE(reader.complete());
  REQUIRE(feed(reader, {"HTTP/1.1 200 OK", "C: d", ""}) == HeadReader::Step::Complete);
  CHECK(reader.head().status == 200);
  CHECK(reader.head().headers.size() == 1);
  CHECK_FALSE(reader.framing().length);
}

TEST_CASE("what is no head is refused") {
  CHECK(refused({"", "HTTP/1.1 200 OK"}));
  CHECK(refused({"HTTP/1.1 abc", ""}));
  CHECK(refused({"HTTP/1.1 99 Odd", ""}));
  CHECK(refused({"HTTP/1.1 200 OK", "no colon here", ""}));
  CHECK(refused({"HTTP/1.1 200 OK", "A: b", "HTTP/1.1 200 OK", ""}));
  CHECK(refused({"HTTP/1.1 200 OK", " folded first", ""}));
}
