#include <catch2/catch.hpp>

#include "net/proxy.hpp"

using namespace xget;

namespace {

bool bypasses(const std::string& url, const std::string& no_proxy) {
  return net::bypasses_proxy(net::parse_url(url)->origin, no_proxy);
}

}  // namespace

TEST_CASE("the scheme's own proxy comes before all_proxy") {
  const net::ProxyEnvironment both{"http://p:1", "http://p:2", "http://p:3", ""};
  const auto http = *net::parse_url("http://h/");
  const auto https = *net::parse_url("https://h/");
  CHECK(net::choose_proxy(http, "", both) == "http://p:1");
  CHECK(net::choose_proxy(https, "", both) == "http://p:2");
  CHECK(net::choose_proxy(https, "", {"http://p:1", "", "http://p:3", ""}) == "http://p:3");
  CHECK(net::choose_proxy(https, "", {}) == "");
}

TEST_CASE("the option is stronger than the environment, no_proxy than both") {
  const net::ProxyEnvironment environment{"http://p:1", "", "", "h"};
  const auto there = *net::parse_url("http://h/");
  const auto elsewhere = *net::parse_url("http://other/");
  CHECK(net::choose_proxy(elsewhere, "http://option:1", environment) == "http://option:1");
  CHECK(net::choose_proxy(elsewhere, "none", environment) == "");
  CHECK(net::choose_proxy(there, "http://option:1", environment) == "");
}

TEST_CASE("HTTP_PROXY in upper case is not believed") {
  setenv("HTTP_PROXY", "http://evil:1", 1);
  setenv("HTTPS_PROXY", "http://good:1", 1);
  unsetenv("http_proxy");
  unsetenv("https_proxy");
  const auto environment = net::read_proxy_environment();
  unsetenv("HTTP_PROXY");
  unsetenv("HTTPS_PROXY");
  CHECK(environment.http_proxy == "");
  CHECK(environment.https_proxy == "http://good:1");
}

TEST_CASE("no_proxy names domains at label boundaries") {
  CHECK(bypasses("http://example.org/", "other.org, example.org"));
  CHECK(bypasses("http://a.example.org/", "EXAMPLE.org"));
  CHECK(bypasses("http://a.example.org/", ".example.org"));
  CHECK(bypasses("http://example.org/", ".example.org"));
  CHECK(bypasses("http://example.org./", "example.org"));
  CHECK_FALSE(bypasses("http://badexample.org/", "example.org"));
  CHECK_FALSE(bypasses("http://example.org/", "a.example.org"));
  CHECK_FALSE(bypasses("http://example.org/", ""));
  CHECK_FALSE(bypasses("http://example.org/", ", ,."));
  CHECK(bypasses("http://anything/", "*"));
}

TEST_CASE("a no_proxy entry with a port is for that port") {
  CHECK(bypasses("http://example.org:8080/", "example.org:8080"));
  CHECK_FALSE(bypasses("http://example.org/", "example.org:8080"));
  CHECK(bypasses("https://example.org/", "example.org:443"));
  CHECK(bypasses("http://[::1]:81/", "[::1]:81"));
  CHECK_FALSE(bypasses("http://[::1]:82/", "[::1]:81"));
}

TEST_CASE("no_proxy names addresses and blocks of them") {
  CHECK(bypasses("http://127.0.0.1/", "127.0.0.1"));
  CHECK(bypasses("http://10.1.2.3/", "10.0.0.0/8"));
  CHECK(bypasses("http://192.168.5.1/", "192.168.4.0/22"));
  CHECK_FALSE(bypasses("http://192.168.8.1/", "192.168.4.0/22"));
  CHECK(bypasses("http://[::1]/", "::1"));
  CHECK(bypasses("http://[::1]/", "[0:0::1]"));
  CHECK(bypasses("http://[2001:db8:1::5]/", "2001:db8::/32"));
  CHECK_FALSE(bypasses("http://[2001:db9::5]/", "2001:db8::/32"));
  CHECK_FALSE(bypasses("http://127.0.0.1/", "0.0.1"));
  CHECK_FALSE(bypasses("http://10.1.2.3/", "10.0.0.0/33"));
  CHECK_FALSE(bypasses("http://10.1.2.3/", "::/0"));
}
