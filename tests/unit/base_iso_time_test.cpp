#include <catch2/catch.hpp>
#include <string_view>

#include "base/iso_time.hpp"

using namespace xget;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kMoment =
    std::chrono::sys_days(std::chrono::year(2009) / 10 / 12) + 17h + 50min + 30s;

}  // namespace

TEST_CASE("a time is read with or without a fraction of its second") {
  CHECK(parse_iso_time("2009-10-12T17:50:30Z") == kMoment);
  CHECK(parse_iso_time("2009-10-12t17:50:30.000z") == kMoment);
  CHECK(parse_iso_time("2009-10-12T17:50:30.999999999Z") == kMoment);
}

TEST_CASE("a time of another zone is the same moment") {
  CHECK(parse_iso_time("2009-10-12T19:50:30+02:00") == kMoment);
  CHECK(parse_iso_time("2009-10-12T12:20:30.5-05:30") == kMoment);
  CHECK(parse_iso_time("2009-10-13T00:00:00+06:09") == kMoment + 30s);
}

TEST_CASE("a leap second is the next minute's first") {
  CHECK(parse_iso_time("2016-12-31T23:59:60Z") ==
        WallTime(std::chrono::sys_days(std::chrono::year(2017) / 1 / 1)));
}

TEST_CASE("what is no time is not read as one") {
  const auto text =
      GENERATE(std::string_view(""), "2009-10-12", "2009-10-12T17:50:30", "2009-10-12 17:50:30Z",
               "2009-10-12T17:50:30.Z", "2009-10-12T17:50:30Zz", "2009-10-12T17:50:30+2",
               "2009-10-12T17:50:30+02:60", "2009-10-12T17:50:30+24:00", "2009-10-12T17:50:30+0200",
               "2009-02-29T17:50:30Z", "2009-13-12T17:50:30Z", "2009-10-00T17:50:30Z",
               "2009-10-12T24:00:00Z", "2009-10-12T17:60:30Z", "2009-10-12T17:50:61Z",
               "+009-10-12T17:50:30Z", "2009-10-12T 7:50:30Z");
  CAPTURE(text);
  CHECK_FALSE(parse_iso_time(text));
}

TEST_CASE("a time is written so that it is read again as the same") {
  CHECK(iso_text(kMoment) == "2009-10-12T17:50:30Z");
  CHECK(iso_text(WallTime()) == "1970-01-01T00:00:00Z");
  CHECK(iso_text(WallTime(-1s)) == "1969-12-31T23:59:59Z");
  CHECK(parse_iso_time(iso_text(kMoment)) == kMoment);
  CHECK(utc_text(kMoment) == "2009-10-12 17:50:30 UTC");
}
