#include <catch2/catch.hpp>
#include <limits>

#include "base/time.hpp"

using namespace xget;
using namespace std::chrono_literals;

TEST_CASE("a time doubles up to its longest, however often it is to") {
  CHECK(doubled(1s, -1, 60s) == 1s);
  CHECK(doubled(1s, 0, 60s) == 1s);
  CHECK(doubled(1s, 5, 60s) == 32s);
  CHECK(doubled(1s, 6, 60s) == 60s);
  CHECK(doubled(1s, 6, 64s) == 64s);
  CHECK(doubled(90s, 3, 60s) == 60s);
  CHECK(doubled(0s, std::numeric_limits<int>::max(), 60s) == 0s);
  CHECK(doubled(1s, std::numeric_limits<int>::max(), Duration::max()) == Duration::max());
}
