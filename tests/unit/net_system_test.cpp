#include <catch2/catch.hpp>

#include "net/system_clock.hpp"
#include "net/system_random.hpp"

using namespace xget;

TEST_CASE("the system's clocks move on") {
  net::SystemClock clock;
  const Instant before = clock.now();
  CHECK(clock.now() >= before);
  CHECK(clock.wall_now().time_since_epoch().count() > 1'600'000'000);
}

TEST_CASE("two generators differ") {
  net::SystemRandom a;
  net::SystemRandom b;
  CHECK((a.next() != b.next() || a.next() != b.next()));
}
