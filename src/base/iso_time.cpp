#include "base/iso_time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/units.hpp"

namespace xget {
namespace {

// The digits at `at`, as many as said; `text` is long enough.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
  const auto value = parse_u64(text.substr(at, digits));
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

bool has_separators(std::string_view text) {
  return text[4] == '-' && text[7] == '-' && (text[10] == 'T' || text[10] == 't') &&
         text[13] == ':' && text[16] == ':';
}

// Takes ".123" from the front. false: a point without digits.
bool skip_fraction(std::string_view& rest) {
  if (!rest.starts_with('.')) return true;
  const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
  rest.remove_prefix(end);
  return end > 1;
}

// "Z", "+02:00": how far that clock is ahead.
std::optional<std::chrono::seconds> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::seconds(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = number(text, 1, 2);
  const auto minutes = number(text, 4, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::seconds ahead = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return text[0] == '-' ? -ahead : ahead;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  const auto year = number(text, 0, 4);
  const auto month = number(text, 5, 2);
  const auto day = number(text, 8, 2);
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

std::optional<std::chrono::seconds> parse_clock(std::string_view text) {
  const auto hour = number(text, 11, 2);
  const auto minute = number(text, 14, 2);
  const auto second = number(text, 17, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
}

}  // namespace

std::optional<WallTime> parse_iso_time(std::string_view text) {
  constexpr std::size_t kToTheSecond = std::string_view("2009-10-12T17:50:30").size();
  if (text.size() <= kToTheSecond || !has_separators(text)) return std::nullopt;
  std::string_view rest = text.substr(kToTheSecond);
  if (!skip_fraction(rest)) return std::nullopt;
  const auto offset = parse_offset(rest);
  const auto day = parse_day(text);
  const auto clock = parse_clock(text);
  if (!offset || !day || !clock) return std::nullopt;
  return *day + *clock - *offset;
}

std::string iso_text(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss since_midnight(time - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(since_midnight.hours().count()),
                static_cast<int>(since_midnight.minutes().count()),
                static_cast<int>(since_midnight.seconds().count()));
  return text.data();
}

std::string utc_text(WallTime time) {
  std::string text = iso_text(time);
  text[text.find('T')] = ' ';
  return text.replace(text.find('Z'), 1, " UTC");
}

}  // namespace xget
