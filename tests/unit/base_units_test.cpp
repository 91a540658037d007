#include <catch2/catch.hpp>

#include "base/units.hpp"

using namespace xget;
using namespace std::chrono_literals;

TEST_CASE("sizes are read with binary and decimal units in any case") {
  CHECK(parse_size("512") == 512);
  CHECK(parse_size("512B") == 512);
  CHECK(parse_size("16MiB") == 16U << 20);
  CHECK(parse_size("16M") == 16U << 20);
  CHECK(parse_size("16m") == 16U << 20);
  CHECK(parse_size("16MB") == 16'000'000);
  CHECK(parse_size("1.5G") == 3ULL << 29);
  CHECK(parse_size("1.4GB") == 1'400'000'000);
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("7E") == 7ULL << 60);
}

TEST_CASE("sizes that are nonsense or too large are refused") {
  for (const char* text :
       {"", "M", "-1", "+1", " 1", "1 M", "1.5", "1.M", ".5M", "1Q", "1MiBx", "0x10", "8E",
        "9223372036854775808", "99999999999999999999", "1e3", "1.5.5M"}) {
    INFO(text);
    CHECK_FALSE(parse_size(text));
  }
  CHECK(parse_size("9223372036854775807") == 9223372036854775807ULL);
}

TEST_CASE("durations are read with their units, seconds by default") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("1s") == 1s);
  CHECK(parse_duration("0.3s") == 300ms);
  CHECK(parse_duration("1.5m") == 90s);
  CHECK(parse_duration("2h") == 2h);
  CHECK(parse_duration("1d") == 24h);
  CHECK(parse_duration("10") == 10s);
  CHECK(parse_duration("0") == 0s);
}

TEST_CASE("durations that are nonsense, negative or over a hundred years are refused") {
  for (const char* text :
       {"", "s", "-1s", "1M", "1 s", "1w", "36526d", "99999999999999999999", "inf"}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text));
  }
}

TEST_CASE("sizes are printed with one decimal in the unit that fits") {
  CHECK(format_size(0) == "0 B");
  CHECK(format_size(1023) == "1023 B");
  CHECK(format_size(1024) == "1.0 KiB");
  CHECK(format_size((1U << 20) - 1) == "1.0 MiB");
  CHECK(format_size(1503238554) == "1.4 GiB");
  CHECK(format_size(~0ULL) == "16.0 EiB");
}

TEST_CASE("durations are printed in the two units that matter") {
  CHECK(format_duration(400ms) == "0.4s");
  CHECK(format_duration(5ms) == "5ms");
  CHECK(format_duration(96ms) == "0.1s");
  CHECK(format_duration(0s) == "0s");
  CHECK(format_duration(9s) == "9s");
  CHECK(format_duration(9960ms) == "10s");
  CHECK(format_duration(12s) == "12s");
  CHECK(format_duration(59700ms) == "1m00s");
  CHECK(format_duration(187s) == "3m07s");
  CHECK(format_duration(3720s) == "1h02m");
  CHECK(format_duration(51h) == "2d03h");
}

TEST_CASE("numbers are decimal digits only, the whole text, without overflow") {
  CHECK(parse_u64("18446744073709551615") == 18446744073709551615ULL);
  for (const char* text : {"", "18446744073709551616", "-1", "+1", " 1", "1 ", "0x1", "1a"}) {
    INFO(text);
    CHECK_FALSE(parse_u64(text));
  }
}
