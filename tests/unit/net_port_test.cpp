#include <catch2/catch.hpp>

#include "net/port.hpp"

using namespace xget;

TEST_CASE("a port is a number from 1 to 65535") {
  CHECK(net::parse_port("1") == 1);
  CHECK(net::parse_port("0443") == 443);
  CHECK(net::parse_port("65535") == 65535);
  const auto* text =
      GENERATE("", "0", "65536", "-1", "+80", " 80", "80 ", "0x50", "8o", "18446744073709551696");
  CHECK_FALSE(net::parse_port(text));
}
