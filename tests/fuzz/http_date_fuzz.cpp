// HTTP dates and Retry-After: what parses is a moment of the years 0 to 9999 whatever the spelling,
// and a wait that is neither negative nor longer than a century or two.
#include <array>
#include <chrono>
#include <cstdio>

#include "core/http_date.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using fuzz::require;

namespace {

constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};

// IMF-fixdate (RFC 9110 section 5.6.7). The day's name is not checked by the parser.
std::string written(WallTime moment) {
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date{midnight};
  const std::chrono::hh_mm_ss time{moment - midnight};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "Sun, %02u %s %04d %02d:%02d:%02d GMT",
                static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                static_cast<int>(date.year()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text.data();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::FuzzInput(data, size).rest();
  if (const auto moment = core::parse_http_date(text)) {
    const auto year = std::chrono::year_month_day{std::chrono::floor<std::chrono::days>(*moment)};
    // A leap second at the end of 9999 is the first moment of the year after.
    require(static_cast<int>(year.year()) >= 0 && static_cast<int>(year.year()) <= 10000,
            "a date has a year of four digits");
    if (static_cast<int>(year.year()) >= 1000 && static_cast<int>(year.year()) <= 9999) {
      require(core::parse_http_date(written(*moment)) == moment, "written out it is the same");
    }
  }
  if (const auto wait = core::parse_retry_after(text, kNow)) {
    require(*wait >= Duration::zero(), "no wait is negative");
  }
  return 0;
}
