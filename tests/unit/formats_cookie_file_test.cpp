#include <catch2/catch.hpp>

#include "formats/cookie_file.hpp"

using namespace xget;
using formats::cookie_file_text;
using formats::parse_cookie_file;
using namespace std::string_literals;
using Lines = std::vector<std::string>;

namespace {

const std::string kCookie = "a.example\tFALSE\t/\tTRUE\t2000000000\tname\tvalue";

Lines read(std::string_view text) {
  auto cookies = parse_cookie_file(text);
  if (!cookies) FAIL(to_string(cookies.error()));
  return *std::move(cookies);
}

// What is wrong with it, with its line.
std::string refused(std::string_view text) {
  const auto cookies = parse_cookie_file(text);
  REQUIRE_FALSE(cookies.has_value());
  CHECK(cookies.error().code == ErrorCode::Usage);
  return cookies.error().subject + ": " + cookies.error().cause;
}

}  // namespace

TEST_CASE("a cookie file has a cookie in each line, and comments") {
  CHECK(read("# Netscape HTTP Cookie File\n\n" + kCookie + "\n \n" + kCookie + "2\r\n") ==
        Lines{kCookie, kCookie + "2"});
  CHECK(read("").empty());
  CHECK(read("#HttpOnly_" + kCookie) == Lines{"#HttpOnly_" + kCookie});
}

TEST_CASE("a cookie's value may be missing, and its time have a fraction") {
  CHECK(read("h\tTRUE\t/\tFALSE\t0\tname") == Lines{"h\tTRUE\t/\tFALSE\t0\tname\t"});
  CHECK(read("h\ttrue\t/\tfalse\t17.25\tname\tv") == Lines{"h\ttrue\t/\tfalse\t17\tname\tv"});
}

TEST_CASE("a cookie's host may be a name or an address") {
  for (const char* host : {"h", ".a.example", "127.0.0.1", "::1", "fe80::1", "xn--4ca.example"}) {
    const std::string line = std::string(host) + "\tTRUE\t/\tFALSE\t0\tn\tv";
    CHECK(read(line) == Lines{line});
  }
}

TEST_CASE("a garbled cookie file is refused with its line and without a word of it") {
  CHECK(refused("# one\nsecret").starts_with("line 2: it has not the seven fields"));
  CHECK(refused(kCookie + "\tmore").starts_with("line 1: it has not the seven fields"));
  CHECK(refused("a b\tTRUE\t/\tTRUE\t0\tn\tv") == "line 1: its first field is no host");
  CHECK(refused("\tTRUE\t/\tTRUE\t0\tn\tv") == "line 1: its first field is no host");
  CHECK(refused("h\tYES\t/\tTRUE\t0\tn\tv").find("second field") != std::string::npos);
  CHECK(refused("h\tTRUE\tx\tTRUE\t0\tn\tv").find("third field") != std::string::npos);
  CHECK(refused("h\tTRUE\t/\t1\t0\tn\tv").find("fourth field") != std::string::npos);
  CHECK(refused("h\tTRUE\t/\tTRUE\tsoon\tn\tv").find("fifth field") != std::string::npos);
  CHECK(refused("h\tTRUE\t/\tTRUE\t0\t\tv") == "line 1: its name is empty");
  CHECK(refused("h\tTRUE\t/\tTRUE\t0\tn\ta\x1b[2J") == "line 1: it holds a control character");
  CHECK(refused("h\tTRUE\t/\tTRUE\t0\tn\ta\0b"s).find("control") != std::string::npos);
  CHECK(refused("{\"cookies\": [\"secret\"]}").find("secret") == std::string::npos);
}

TEST_CASE("no line of a cookie file reads as a server's header or a command to libcurl") {
  CHECK(refused("Set-Cookie:\tTRUE\t/\tTRUE\t0\tn\tv").find("no host") != std::string::npos);
  CHECK(refused("Set-Cookie: n=v; domain=h").find("fields") != std::string::npos);
  CHECK(refused("ALL").find("fields") != std::string::npos);
}

TEST_CASE("a cookie file is bounded in size, lines and cookies") {
  CHECK(refused(std::string(formats::kLargestCookieFile + 1, '\n')).find("larger") !=
        std::string::npos);
  CHECK(refused(kCookie + std::string(5000, 'x')).find("too long") != std::string::npos);
  std::string many;
  for (std::size_t i = 0; i < formats::kMostCookiesInFile; ++i) many += kCookie + "\n";
  CHECK(read(many).size() == formats::kMostCookiesInFile);
  CHECK(refused(many + kCookie).find("too many") != std::string::npos);
}

TEST_CASE("a cookie is too long if libcurl would cut something off of it") {
  const auto of_length = [](const std::string& start, std::size_t length) {
    return start + std::string(length - start.size(), 'x');
  };
  CHECK(read(of_length(kCookie, 5000)).size() == 1);
  CHECK(refused(of_length(kCookie, 5001)).find("too long") != std::string::npos);
  CHECK(refused(of_length("#HttpOnly_" + kCookie, 5001)).find("too long") != std::string::npos);
  // The missing tab before the missing value is written.
  CHECK(refused(of_length("h\tTRUE\t/\tTRUE\t0\tn", 5000)).find("too long") != std::string::npos);
}

TEST_CASE("a line that could not be read again is not written") {
  const std::string nameless = "h\tTRUE\t/\tTRUE\t0\t\tv";
  const std::string long_one = kCookie + std::string(5000, 'x');
  const std::string text = cookie_file_text({nameless, kCookie, long_one}, WallTime{});
  CHECK(read(text) == Lines{kCookie});
}

TEST_CASE("what is written of cookies is read again, less what has expired") {
  const std::string session = "b.example\tFALSE\t/\tFALSE\t0\tn\tv";
  const std::string expired = "c.example\tFALSE\t/\tFALSE\t1000\tn\tv";
  const WallTime now{std::chrono::seconds(1000)};
  const std::string text = cookie_file_text({session, expired, kCookie}, now);
  CHECK(text.starts_with("# Netscape HTTP Cookie File\n"));
  CHECK(read(text) == Lines{kCookie, session});
  CHECK(read(cookie_file_text({expired}, now - std::chrono::seconds(1))) == Lines{expired});
}
