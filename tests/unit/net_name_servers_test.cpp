#include <catch2/catch.hpp>

#include "net/name_servers.hpp"

using namespace xget;

TEST_CASE("name servers are written with their ports, IPv6 in brackets") {
  CHECK(*net::name_server_list({}) == "");
  CHECK(*net::name_server_list({"127.0.0.1"}) == "127.0.0.1:53");
  CHECK(*net::name_server_list({"127.0.0.1:5353"}) == "127.0.0.1:5353");
  CHECK(*net::name_server_list({"::1", "[::1]", "[2001:db8::1]:54", "192.0.2.1"}) ==
        "[::1]:53,[::1]:53,[2001:db8::1]:54,192.0.2.1:53");
}

TEST_CASE("what is no address with a port is refused") {
  for (const std::string text :
       {"", "dns.test", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:x", "[::1",
        "[::1]:", "[127.0.0.1:53", "::1]", "1.2.3", "127.0.0.1,127.0.0.2"}) {
    CAPTURE(text);
    const auto list = net::name_server_list({"127.0.0.1", text});
    REQUIRE_FALSE(list);
    CHECK(list.error().starts_with("\"" + text + "\" is not "));
  }
}
