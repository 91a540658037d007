#include <catch2/catch.hpp>

#include "net/left_connections.hpp"

using xget::net::LeftConnections;

TEST_CASE("connections may be joined as long as nobody has left one") {
  LeftConnections left;
  CHECK(left.may_be_joined("a"));
  left.started("a", 1);
  left.started("a", 2);
  left.ended("a", 1);
  CHECK(left.may_be_joined("a"));
}

TEST_CASE("a connection that was left is avoided until those beside it are gone") {
  LeftConnections left;
  left.started("a", 1);
  left.started("a", 2);
  left.started("a", 3);
  left.cancelled("a", 2);
  CHECK_FALSE(left.may_be_joined("a"));
  left.started("a", 4);
  left.ended("a", 1);
  CHECK_FALSE(left.may_be_joined("a"));
  left.ended("a", 3);
  CHECK(left.may_be_joined("a"));
}

TEST_CASE("the last one on a connection closes it, so that nothing is to be avoided") {
  LeftConnections left;
  left.started("a", 1);
  left.cancelled("a", 1);
  CHECK(left.may_be_joined("a"));
}

TEST_CASE("what happens with one peer says nothing of another") {
  LeftConnections left;
  left.started("a", 1);
  left.started("a", 2);
  left.started("b", 3);
  left.cancelled("a", 1);
  CHECK_FALSE(left.may_be_joined("a"));
  CHECK(left.may_be_joined("b"));
}

TEST_CASE("requests that share no connection are not looked at") {
  LeftConnections left;
  left.started("", 1);
  left.started("", 2);
  left.cancelled("", 1);
  left.cancelled("", 1);
  CHECK(left.may_be_joined(""));
}
