#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <thread>

#include "net/system_clock.hpp"
#include "net/system_random.hpp"

using namespace xget;
using namespace std::chrono_literals;

TEST_CASE("the system's clocks move on") {
  net::SystemClock clock;
  const Instant before = clock.now();
  std::this_thread::sleep_for(1ms);
  CHECK(clock.now() - before >= 1ms);
  CHECK(clock.wall_now().time_since_epoch().count() > 1'600'000'000);
}

TEST_CASE("the minute of the day is that of the machine's time zone") {
  const char* const before = std::getenv("TZ");
  const std::string zone = before == nullptr ? "" : before;
  const auto minute_in = [](const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
    return net::minute_of_local_day(WallTime{std::chrono::seconds(1'700'000'000)});  // 22:13:20 UTC
  };
  CHECK(minute_in("UTC") == 22 * 60 + 13);
  CHECK(minute_in("AAA-3:30") == 60 + 43);
  CHECK(minute_in("AAA+22:13") == 0);
  CHECK(minute_in("AAA+22:14") == 23 * 60 + 59);
  before == nullptr ? ::unsetenv("TZ") : ::setenv("TZ", zone.c_str(), 1);
  ::tzset();
}

TEST_CASE("two generators differ") {
  net::SystemRandom a;
  net::SystemRandom b;
  CHECK((a.next() != b.next() || a.next() != b.next()));
}
