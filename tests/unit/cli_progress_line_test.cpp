#include <catch2/catch.hpp>

#include "cli/display_width.hpp"
#include "cli/progress_line.hpp"
#include "cli/smoothed_rate.hpp"
#include "cli/terminal.hpp"

using namespace xget::cli;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiB = 1U << 20;

LineState half_way() {
  return {.name = "linux-6.12.tar.xz",
          .held = 70 * kMiB,
          .size = 140 * kMiB,
          .bytes_per_second = 7 * kMiB,
          .connections = 4,
          .stalled_seconds = 0.2,
          .left = 10s};
}

}  // namespace

TEST_CASE("a stall is said instead of a speed and a time") {
  LineState state = half_way();
  state.stalled_seconds = 12.3;
  CHECK(plain_progress_line(state) ==
        "linux-6.12.tar.xz: 50%, 70.0 MiB of 140.0 MiB, stalled 12s, 4 connections");
}

TEST_CASE("a line for a log says what is waited for, and why") {
  LineState state = half_way();
  state.again_in = 28s;
  state.cause = "refused";
  CHECK(plain_progress_line(state) ==
        "linux-6.12.tar.xz: 50%, 70.0 MiB of 140.0 MiB, again in 28s: refused");
  CHECK(plain_progress_line({.name = "http://a/f", .again_in = 28s, .cause = "refused"}) ==
        "http://a/f: again in 28s: refused");
}

TEST_CASE("without a known size there is no percent and no end in sight") {
  LineState state = half_way();
  state.size.reset();
  state.left.reset();
  state.connections = 1;
  CHECK(plain_progress_line(state) == "linux-6.12.tar.xz: 70.0 MiB, 7.0 MiB/s, 1 connection");
}

TEST_CASE("a line for a log says all of it in words") {
  CHECK(plain_progress_line(half_way()) ==
        "linux-6.12.tar.xz: 50%, 70.0 MiB of 140.0 MiB, 7.0 MiB/s, 4 connections, 10s left");
}

TEST_CASE("a hundred percent is said only when all is there") {
  CHECK(percent_of(999, 1000) == 99);
  CHECK(percent_of(1000, 1000) == 100);
  CHECK(percent_of(0, 0) == 100);
  CHECK(percent_of(0, 1) == 0);
  CHECK(percent_of(~0ULL - 1, ~0ULL) == 99);
  CHECK_FALSE(percent_of(1, std::nullopt));
}

TEST_CASE("wide and combining characters take the columns they take on a terminal") {
  use_utf8_characters();
  CHECK(display_width("abc") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\u0301") == 1);
  CHECK(shortened("日本語日本語", 7) == "日…語");
  CHECK(display_width(shortened("日本語日本語", 6)) <= 6);
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdef", 5) == "ab…ef");
  CHECK(shortened("abcdef", 1) == "…");
  CHECK(shortened("abcdef", 0).empty());
}

TEST_CASE("the time left follows the rate slowly") {
  SmoothedRate rate;
  CHECK_FALSE(rate.time_for(1000));
  for (auto now = 0ms; now <= 60s; now += 100ms) rate.add(100, now);
  CHECK(rate.time_for(1000) > 9900ms);
  rate.add(200, 60100ms);
  CHECK(rate.time_for(1000) > 9s);
  rate.add(200, 200s);
  CHECK(rate.time_for(1000) < 5100ms);
}

TEST_CASE("a burst at the beginning is no promise of a time left") {
  SmoothedRate rate;
  rate.add(10'000, 0ms);
  rate.add(10'000, 100ms);
  for (auto now = 200ms; now <= 3s; now += 100ms) rate.add(400, now);
  CHECK(rate.time_for(400'000) > 700s);
  CHECK(rate.time_for(400'000) < 1001s);
}

TEST_CASE("while nothing moves nobody knows the time left") {
  SmoothedRate rate;
  rate.add(0, 0s);
  CHECK_FALSE(rate.time_for(1000));
  rate.add(1, 1s);
  CHECK_FALSE(rate.time_for(1ULL << 40));
}
