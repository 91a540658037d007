#include <catch2/catch.hpp>

#include "cli/rate_limit.hpp"

using namespace xget;
using cli::parse_rate_limit;

namespace {

// "100 480-1080:2 ..." in minutes and bytes, or "-".
std::string read(std::string_view text) {
  const auto limit = parse_rate_limit(text);
  if (!limit) return "-";
  std::string words = std::to_string(limit->otherwise);
  for (const RateWindow& window : limit->windows) {
    words += " " + std::to_string(window.begin) + "-" + std::to_string(window.end) + ":" +
             std::to_string(window.rate);
  }
  return words;
}

}  // namespace

TEST_CASE("a rate limit is for all day, for parts of it, or both") {
  CHECK(read("2K") == "2048");
  CHECK(read("0") == "0");
  CHECK(read("2K@08:00-18:00") == "0 480-1080:2048");
  CHECK(read("1@8:05-9:00,3,2@22:00-06:30,0@00:00-24:00") == "3 485-540:1 1320-390:2 0-1440:0");
  CHECK(read("1@18:00-24:00") == "0 1080-1440:1");
}

TEST_CASE("a rate limit that makes no sense is refused") {
  for (const char* text : {"",
                           "fast",
                           "1,",
                           ",1",
                           "1,2",
                           "1@",
                           "@08:00-18:00",
                           "1@08:00",
                           "1@08:00-",
                           "1@-18:00",
                           "1@08:00-08:00",
                           "1@24:00-08:00",
                           "1@08:00-24:01",
                           "1@08:60-09:00",
                           "1@8-9",
                           "1@8:0-9:00",
                           "1@008:00-09:00",
                           "1@:00-09:00",
                           "1@08:00-18:00-19:00",
                           "1@08:00-18:00@1",
                           "1 @08:00-18:00",
                           "1@ 8:00-18:00",
                           "1@+8:00-18:00",
                           "1@08:00-18:00,",
                           "1;2@08:00-18:00"}) {
    CAPTURE(text);
    CHECK(read(text) == "-");
  }
}
