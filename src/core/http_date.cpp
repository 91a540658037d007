#include "core/http_date.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::core {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// The words of a date, or the numbers of a time. Every answer has two dates, so no memory is asked
// for.
class Words {
 public:
  Words(std::string_view text, std::string_view separators) {
    const auto separates = [&](char c) { return separators.find(c) != std::string_view::npos; };
    for (auto at = text.begin(); count_ <= kMost;) {
      const auto begin = std::find_if_not(at, text.end(), separates);
      if (begin == text.end()) return;
      at = std::find_if(begin, text.end(), separates);
      words_[count_++] = std::string_view(begin, at);
    }
  }
  [[nodiscard]] std::size_t size() const { return count_; }  // kMost + 1: too many
  std::string_view operator[](std::size_t i) const { return words_[i]; }

 private:
  static constexpr std::size_t kMost = 6;
  std::array<std::string_view, kMost + 1> words_;
  std::size_t count_ = 0;
};

std::optional<unsigned> month_number(std::string_view name) {
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) return i + 1;
  }
  return std::nullopt;
}

std::optional<Duration> time_of_day(std::string_view text) {
  const Words parts(text, ":");
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
  const Words words(trim(text), " ,");
  if (words.size() == 6 && words[5] == "GMT") {  // Sun, 06 Nov 1994 08:49:37 GMT
    return assemble(words[1], words[2], words[3], words[4]);
  }
  if (words.size() == 4 && words[3] == "GMT") {  // Sunday, 06-Nov-94 08:49:37 GMT
    const Words date(words[1], "-");
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
