#include "core/http_date.hpp"

#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::core {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(separators);
    if (begin == std::string_view::npos) return words;
    const auto end = std::min(text.find_first_of(separators, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

std::optional<unsigned> month_number(std::string_view name) {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return i + 1;
  }
  return std::nullopt;
}

std::optional<Duration> time_of_day(std::string_view text) {
  const auto parts = split(text, ":");
  if (text.size() != 8 || parts.size() != 3) return std::nullopt;
  const auto hour = parse_u64(parts[0]);
  const auto minute = parse_u64(parts[1]);
  const auto second = parse_u64(parts[2]);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

std::optional<WallTime> assemble(std::string_view day, std::string_view month,
                                 std::string_view year, std::string_view time) {
  const auto d = parse_u64(day);
  const auto m = month_number(month);
  auto y = parse_u64(year);
  const auto clock = time_of_day(time);
  if (!d || !m || !y || !clock || *d > 31 || *y > 9999) return std::nullopt;
  if (year.size() == 2) *y += *y < 70 ? 2000 : 1900;  // rfc850-date
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*y)},
                                         std::chrono::month{*m},
                                         std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date} + std::chrono::duration_cast<std::chrono::seconds>(*clock);
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view text) {
  const auto words = split(trim(text), " ,");
  if (words.size() == 6 && words[5] == "GMT") {  // Sun, 06 Nov 1994 08:49:37 GMT
    return assemble(words[1], words[2], words[3], words[4]);
  }
  if (words.size() == 4 && words[3] == "GMT") {  // Sunday, 06-Nov-94 08:49:37 GMT
    const auto date = split(words[1], "-");
    if (date.size() != 3) return std::nullopt;
    return assemble(date[0], date[1], date[2], words[2]);
  }
  if (words.size() == 5) {  // Sun Nov  6 08:49:37 1994
    return assemble(words[2], words[1], words[4], words[3]);
  }
  return std::nullopt;
}

std::optional<Duration> parse_retry_after(std::string_view text, WallTime now) {
  // Some 292 years are all that nanoseconds can count.
  constexpr std::chrono::seconds kLongest = std::chrono::days(100 * 365);
  text = trim(text);
  if (const auto delay = parse_u64(text)) {
    const auto longest = static_cast<std::uint64_t>(kLongest.count());
    return std::chrono::seconds(std::min(*delay, longest));
  }
  const auto date = parse_http_date(text);
  if (!date) return std::nullopt;
  return *date > now ? std::min(*date - now, kLongest) : std::chrono::seconds::zero();
}

}  // namespace xget::core
