#include <catch2/catch.hpp>

#include "net/url.hpp"

using namespace xget;
using net::parse_url;
using net::resolve_reference;
using net::without_secrets;

namespace {

std::string text_of(const std::string& input) {
  const auto url = parse_url(input);
  return url ? url->text : "error: " + url.error().cause;
}

std::string redirected(const std::string& base, const std::string& location) {
  const auto url = resolve_reference(*parse_url(base), location);
  return url ? url->text : "error";
}

}  // namespace

TEST_CASE("a URL without a scheme is https") {
  CHECK(text_of("example.org/a") == "https://example.org/a");
  CHECK(text_of("localhost:8080/a") == "https://localhost:8080/a");
  CHECK(parse_url("example.org")->origin == net::Origin{"https", "example.org", 443});
  CHECK(parse_url("http://example.org")->origin.port == 80);
}

TEST_CASE("of a scheme that is mistyped it is said what was meant") {
  for (const char* typed : {"http//h.example/f", "http:/h.example/f", "http:///h.example/f"}) {
    const auto url = parse_url(typed);
    REQUIRE_FALSE(url);
    CHECK(url.error().remedy == "did you mean http://h.example/f?");
  }
  CHECK(parse_url("https//me:hunter2@h/f").error().remedy == "did you mean https://h/f?");
  CHECK(redirected("https://h/a/", "http//f") == "https://h/a/http//f");
  CHECK(text_of("http.example//f") == "https://http.example//f");
}

TEST_CASE("what is wrong with a URL is said in words of xget's own") {
  CHECK(text_of("http://h:99999/f") == "error: its port is not between 1 and 65535");
  CHECK(text_of("http://[::1/f") == "error: its IPv6 address is none");
  CHECK(text_of("http://h h/f") == "error: its host name is not allowed");
}

TEST_CASE("a URL is normalised") {
  CHECK(text_of("HTTP://EXAMPLE.org:80/a/../b?x=1#part") == "http://example.org/b?x=1");
  CHECK(text_of("  https://example.org ") == "https://example.org/");
  CHECK(text_of("http://127.1/") == "http://127.0.0.1/");
  CHECK(text_of("example.org/a b?c d") == "https://example.org/a%20b?c%20d");
  CHECK(text_of("example.org/%41%2f?a%26b") == "https://example.org/%41%2f?a%26b");
}

TEST_CASE("host names outside ASCII become punycode under any locale") {
  const auto url = parse_url("http://Bücher.example/ä");
  REQUIRE(url);
  CHECK(url->origin.host == "xn--bcher-kva.example");
  CHECK(url->text == "http://xn--bcher-kva.example/%c3%a4");
  CHECK(parse_url("http://me:p%40ss@bücher.example/")->user_password == "me:p@ss");
}

TEST_CASE("an IPv4 address in digits of another script, or in escapes, is one") {
  for (const char* host : {"①②⑦.1", "１２７.0.0.1", "０x7f.1", "%3127.1", "127.0.0.%31"}) {
    INFO(host);
    const auto url = parse_url("http://" + std::string(host) + "/a");
    REQUIRE(url);
    CHECK(url->origin.host == "127.0.0.1");
    CHECK(url->text == "http://127.0.0.1/a");
  }
}

TEST_CASE("a host name is decoded once") {
  CHECK(text_of("http://%65xample.org/") == "http://example.org/");
  CHECK(text_of("http://%2565xample.org/") == "error: its host name is not allowed");
}

TEST_CASE("an IPv6 literal loses its brackets in the origin alone") {
  const auto url = parse_url("http://[::1]:8080/a");
  REQUIRE(url);
  CHECK(url->origin.host == "::1");
  CHECK(url->text == "http://[::1]:8080/a");
  const auto zoned = parse_url("http://[fe80::1%25eth0]/a");
  REQUIRE(zoned);
  CHECK(zoned->origin.host == "fe80::1%eth0");
  CHECK(zoned->text == "http://[fe80::1%25eth0]/a");
}

TEST_CASE("user info is taken out of the URL and decoded") {
  const auto url = parse_url("https://me:p%40ss%3a@example.org/a");
  REQUIRE(url);
  CHECK(url->text == "https://example.org/a");
  CHECK(url->user_password == "me:p@ss:");
  CHECK(parse_url("https://me@example.org/")->user_password == "me:");
  CHECK(parse_url("https://example.org/")->user_password.empty());
}

TEST_CASE("what cannot be fetched is a usage error") {
  for (const char* bad :
       {"", "   ", "ftp://example.org/", "file:///etc/passwd", "https://",
        "http://example.org:99999/", "http://example.org:0/", "http://exa mple.org/",
        "http://example.org/a\nb", "http://a\x7f/", "http://[::1/", "mailto:someone@"}) {
    INFO(bad);
    const auto url = parse_url(bad);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == ErrorCode::Usage);
    CHECK_FALSE(url.error().cause.empty());
  }
  for (const char* without_host : {"http:///file", "HTTPS:////host/file", "https:/file"}) {
    INFO(without_host);
    REQUIRE_FALSE(parse_url(without_host));
    CHECK(parse_url(without_host).error().cause == "it names no host");
  }
  CHECK(parse_url("http:8080/file")->origin.host == "http");
  CHECK(parse_url("ftp://example.org/").error().cause ==
        "its scheme is ftp; only http and https are supported");
  CHECK_FALSE(parse_url(std::string(100 * 1024, 'a')));
}

TEST_CASE("an error about a URL does not show its password") {
  const auto url = parse_url("ftp://me:hidden@example.org/");
  REQUIRE_FALSE(url);
  CHECK(to_string(url.error()).find("hidden") == std::string::npos);
}

TEST_CASE("a redirect is resolved against the URL it came from") {
  const std::string base = "https://example.org/a/b?c";
  CHECK(redirected(base, "d") == "https://example.org/a/d");
  CHECK(redirected(base, "../d") == "https://example.org/d");
  CHECK(redirected(base, "/d?e#f") == "https://example.org/d?e");
  CHECK(redirected(base, "?e") == "https://example.org/a/b?e");
  CHECK(redirected(base, "//other.org/d") == "https://other.org/d");
  CHECK(redirected(base, "http://other.org:81") == "http://other.org:81/");
  CHECK(redirected(base, "/with space") == "https://example.org/with%20space");
}

TEST_CASE("a redirect to another scheme is refused") {
  const auto base = *parse_url("https://example.org/");
  for (const char* bad : {"ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", ""}) {
    const auto url = resolve_reference(base, bad);
    REQUIRE_FALSE(url);
    CHECK(url.error().code == ErrorCode::Refused);
  }
}

TEST_CASE("a redirect does not inherit user info") {
  const auto base = *parse_url("https://me:secret@example.org/a");
  CHECK(resolve_reference(base, "/b")->user_password.empty());
}

TEST_CASE("user info never shows") {
  CHECK(without_secrets("https://me:pw@example.org/a") == "https://example.org/a");
  CHECK(without_secrets("me:pw@example.org/a") == "example.org/a");
  CHECK(without_secrets("https://me:p@w@example.org/a") == "https://example.org/a");
  CHECK(without_secrets("https://me:p/w@example.org/a") == "https://example.org/a");
  CHECK(without_secrets("https:/me:pw@example.org/a") == "https:/example.org/a");
  CHECK(without_secrets("https:\\\\me:pw@example.org/a") == "https:\\\\example.org/a");
  CHECK(without_secrets("https://example.org:8080/@user/a") == "https://example.org:8080/@user/a");
  CHECK(without_secrets("https://[::1]:80/a@b") == "https://[::1]:80/a@b");
}

TEST_CASE("parameters that look like secrets are hidden, the others stay") {
  CHECK(without_secrets("https://h/f?X-Amz-Signature=abc&X-Amz-Date=1&X-Amz-Credential=c#x") ==
        "https://h/f?X-Amz-Signature=…&X-Amz-Date=1&X-Amz-Credential=…#x");
  CHECK(without_secrets("https://h/f?sv=1&se=2&sp=r&sig=abc%3D") ==
        "https://h/f?sv=1&se=2&sp=r&sig=…");
  for (const char* name :
       {"token", "access_token", "API_KEY", "apikey", "password", "Signature", "OSSAccessKeyId",
        "Policy", "Key-Pair-Id", "x-amz-security-token", "%74oken", "jsessionid"}) {
    INFO(name);
    CHECK(without_secrets(std::string("https://h/f?") + name + "=hidden").find("hidden") ==
          std::string::npos);
  }
  CHECK(without_secrets("https://h/f;jsessionid=1?a=b") == "https://h/f;jsessionid=…?a=b");
  CHECK(without_secrets("https://h/f?next=https://me:pw@other/") == "https://h/f?next=…");
  CHECK(without_secrets("https://h/f#access_token=abc") == "https://h/f#access_token=…");
}

TEST_CASE("any text can be shown without its secrets") {
  for (const char* odd : {"", ":", "://", "@", "?", "a?=&&;#", "http://", "http://@", "[", "a:b@"})
    CHECK_NOTHROW(without_secrets(odd));
  CHECK(without_secrets("http://h/\x1b[31m").find('\x1b') == std::string::npos);
}

TEST_CASE("the last path component is decoded to raw bytes") {
  const auto last = [](const char* url) {
    return net::decoded_last_path_component(*parse_url(url));
  };
  CHECK(last("https://h/a/b%20c.iso?x") == "b c.iso");
  CHECK(last("https://h/a/..%2fb") == "../b");
  CHECK(last("https://h/a/") == "");
  CHECK(last("https://h") == "");
  CHECK(last("https://h/100%") == "100%");
}
