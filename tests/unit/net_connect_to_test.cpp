// --connect-to rules.
#include <catch2/catch.hpp>

#include "net/connect_to.hpp"

using namespace xget;

namespace {

std::string rule_for(const char* text, const char* url) {
  return net::connect_to_rule({net::parse_connect_to(text).value()},
                              net::parse_url(url).value().origin);
}

}  // namespace

TEST_CASE("A rule is for its host and port alone, an empty one for any") {
  CHECK_FALSE(rule_for("host.example:443:127.0.0.1:8443", "https://HOST.example/").empty());
  CHECK(rule_for("host.example:443:127.0.0.1:8443", "http://host.example/").empty());
  CHECK(rule_for("host.example:443:127.0.0.1:8443", "https://other.example/").empty());
  CHECK_FALSE(rule_for("::127.0.0.1:", "http://any.example:8080/").empty());
  CHECK_FALSE(rule_for("[2001:db8::1]:80:[::1]:8080", "http://[2001:db8::1]/").empty());
}

TEST_CASE("The first rule that fits is taken, as it was given") {
  const std::vector rules{net::parse_connect_to("a.example:80:127.0.0.1:1").value(),
                          net::parse_connect_to("::127.0.0.1:2").value(),
                          net::parse_connect_to("b.example::127.0.0.1:3").value()};
  CHECK(net::connect_to_rule(rules, net::parse_url("http://b.example/").value().origin) ==
        "::127.0.0.1:2");
}

TEST_CASE("What is no rule is refused") {
  const auto* text = GENERATE("", ":", "::", "host", "host:80", "host:80:other", "host:80:other:x",
                              "host:0:other:1", "host:80:other:65536", "host:80:2001:db8::1:80",
                              "[::1:80:other:1", "host:80:other:1:2", "host: 80:other:1");
  const auto parsed = net::parse_connect_to(text);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().starts_with("\"" + std::string(text) + "\" is not "));
}
