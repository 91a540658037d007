#include <catch2/catch.hpp>

#include "engine/host_rules.hpp"
#include "engine/http_question.hpp"
#include "engine/login.hpp"

using namespace xget;
using namespace xget::engine;

namespace {

net::Url url(const std::string& text) { return *net::parse_url(text); }

HostRule rule(const std::string& host) {
  HostRule made;
  const auto pattern = parse_host_pattern(host);
  if (!pattern) FAIL(pattern.error());
  made.pattern = *pattern;
  return made;
}

bool holds(const std::string& host, const std::string& at) {
  return rule(host).pattern.matches(url(at).origin);
}

HttpSourceSettings settings_for(const std::string& first, std::vector<HostRule> rules) {
  HttpSourceSettings settings;
  settings.url = url(first);
  settings.hosts = std::make_shared<const HostRules>(std::move(rules));
  return settings;
}

// The values of a request's header, those of several joined.
std::string sent(const HttpSourceSettings& settings, const std::string& hop,
                 const std::string& name) {
  const net::Url at = url(hop);
  const core::FetchSpec spec;
  const auto request =
      request_for({.url = at, .login = login_for(at, settings), .spec = spec}, settings);
  std::string values;
  for (const core::Header& header : request.headers) {
    if (header.name == name) values += (values.empty() ? "" : "|") + header.value;
  }
  return values;
}

}  // namespace

TEST_CASE("a rule holds for its host at the scheme's own port, or at the port that it names") {
  CHECK(holds("example.org", "https://example.org/x"));
  CHECK(holds("Example.ORG", "http://example.org/x"));
  CHECK_FALSE(holds("example.org", "https://example.org:8080/"));
  CHECK_FALSE(holds("example.org", "https://www.example.org/"));
  CHECK_FALSE(holds("example.org", "https://badexample.org/"));
  CHECK(holds("example.org:8080", "http://example.org:8080/"));
  CHECK_FALSE(holds("example.org:8080", "http://example.org/"));
  CHECK(holds("example.org:443", "https://example.org/"));
  CHECK_FALSE(holds("example.org:443", "http://example.org/"));
  CHECK(holds("[::1]:99", "http://[::1]:99/"));
  CHECK(holds("bücher.example", "https://xn--bcher-kva.example/"));
}

TEST_CASE("a rule for what is below a host is not for the host, nor for one that ends like it") {
  CHECK(holds("*.example.org", "https://www.example.org/"));
  CHECK(holds("*.example.org", "https://a.b.example.org/"));
  CHECK_FALSE(holds("*.example.org", "https://example.org/"));
  CHECK_FALSE(holds("*.example.org", "https://badexample.org/"));
  CHECK_FALSE(holds("*.example.org", "https://example.org.evil.example/"));
}

TEST_CASE("what is no host is refused") {
  const auto text = GENERATE("", "*", "*.", "*.*.org", "a/b", "me@example.org", "https://a",
                             "a b:c", "a?b", "example.org:0", "example.org:99999");
  INFO(text);
  CHECK_FALSE(parse_host_pattern(text));
}

TEST_CASE("the rule that says more of the name goes first, and leaves the rest to the others") {
  HostRule wide = rule("*.example.org");
  wide.user_agent = "wide";
  wide.proxy = "http://wide:1";
  wide.headers = {{"A", "wide"}, {"B", "wide"}};
  HostRule narrow = rule("*.cdn.example.org");
  narrow.headers = {{"a", "narrow"}};
  HostRule exact = rule("one.cdn.example.org");
  exact.user_agent = "exact";
  const HostRules rules({wide, narrow, exact});
  const auto origin = url("https://one.cdn.example.org/").origin;
  CHECK(rules.proxy(origin) == "http://wide:1");
  const auto headers = rules.headers(origin);
  REQUIRE(headers.size() == 3);
  CHECK(headers[0].value == "exact");
  CHECK(headers[1].value == "narrow");
  CHECK((headers[2].name == "B" && headers[2].value == "wide"));
  CHECK(rules.headers(url("https://elsewhere.example/").origin).empty());
}

TEST_CASE("a limit holds for a host at all of its ports, and 0 takes a wider one back") {
  HostRule wide = rule("*.example.org:8080");
  wide.limit_rate = 1000;
  HostRule exact = rule("a.example.org");
  exact.limit_rate = 0;
  exact.max_connections = 2;
  const HostRules rules({wide, exact});
  CHECK(rules.limit_rate("b.example.org") == 1000);
  CHECK(rules.limit_rate("a.example.org") == 0);
  CHECK(rules.max_connections("a.example.org") == 2);
  CHECK_FALSE(rules.max_connections("b.example.org"));
}

TEST_CASE("a host's headers and login go to that host on the way, and to no other") {
  HostRule one = rule("one.example");
  one.headers = {{"X-Token", "one"}};
  HostRule two = rule("two.example");
  two.user_password = "me:two";
  const auto settings = settings_for("https://one.example/x", {one, two});
  CHECK(sent(settings, "https://one.example/x", "X-Token") == "one");
  CHECK(sent(settings, "https://one.example/x", "Authorization").empty());
  CHECK(sent(settings, "https://two.example/x", "X-Token").empty());
  CHECK(sent(settings, "https://two.example/x", "Authorization") == "Basic bWU6dHdv");
  CHECK(sent(settings, "https://one.example:8443/x", "X-Token").empty());
  CHECK(sent(settings, "https://two.example.evil/x", "Authorization").empty());
}

TEST_CASE("nothing of a host goes over plain http on the way from https") {
  HostRule one = rule("one.example");
  one.headers = {{"X-Token", "one"}};
  one.user_password = "me:one";
  const auto secure = settings_for("https://one.example/x", {one});
  CHECK(sent(secure, "http://one.example/x", "X-Token").empty());
  CHECK(sent(secure, "http://one.example/x", "Authorization").empty());
  const auto plain = settings_for("http://one.example/x", {one});
  CHECK(sent(plain, "http://one.example/x", "X-Token") == "one");
}

TEST_CASE("what was given with the job goes before what a host has") {
  HostRule one = rule("one.example");
  one.headers = {{"X-Token", "host's"}, {"Authorization", "host's"}, {"X-Other", "host's"}};
  auto settings = settings_for("https://one.example/x", {one});
  settings.headers = {{"x-token", "job's"}};
  settings.user_password = "me:job";
  CHECK(sent(settings, "https://one.example/x", "x-token") == "job's");
  CHECK(sent(settings, "https://one.example/x", "X-Token").empty());
  CHECK(sent(settings, "https://one.example/x", "X-Other") == "host's");
  CHECK(sent(settings, "https://one.example/x", "Authorization") == "Basic bWU6am9i");
}

TEST_CASE("a host's netrc can be asked alone, or left out alone") {
  auto netrc = formats::parse_netrc(
      "machine one.example login a password b\n"
      "machine two.example login c password d\n");
  REQUIRE(netrc);
  HostRule one = rule("one.example");
  one.netrc = true;
  HostRule two = rule("two.example");
  two.netrc = false;
  auto settings = settings_for("https://one.example/x", {one, two});
  settings.netrc = std::make_shared<const formats::Netrc>(*std::move(netrc));
  settings.netrc_everywhere = false;
  CHECK(login_for(url("https://one.example/"), settings) == "a:b");
  CHECK(login_for(url("https://two.example/"), settings).empty());
  settings.netrc_everywhere = true;
  CHECK(login_for(url("https://two.example/"), settings).empty());
}

TEST_CASE("a host's proxy is that of its requests alone") {
  HostRule one = rule("one.example");
  one.proxy = "socks5://one:1080";
  one.proxy_auth = ProxyAuth::Ntlm;
  HostRule two = rule("two.example");
  two.proxy = "none";
  auto settings = settings_for("https://one.example/x", {one, two});
  settings.proxy = "http://all:3128";
  CHECK(settings.proxy_for(url("https://one.example/")) == "socks5://one:1080");
  CHECK(settings.proxy_for(url("https://two.example/")).empty());
  CHECK(settings.proxy_auth_for(url("https://one.example/")) == ProxyAuth::Ntlm);
  CHECK(settings.proxy_auth_for(url("https://two.example/")) == ProxyAuth::Any);
  CHECK(settings.proxy_for(url("https://three.example/")) == "http://all:3128");
}
