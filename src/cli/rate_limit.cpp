#include "cli/rate_limit.hpp"

#include <utility>

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::cli {
namespace {

// "8:00" or "08:00" → minutes since midnight. "24:00" is the day's end.
std::optional<int> parse_time_of_day(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon > 2 || text.size() - colon != 3) return std::nullopt;
  const auto hour = parse_u64(text.substr(0, colon));
  const auto minute = parse_u64(text.substr(colon + 1));
  if (!hour || !minute || *minute > 59 || *hour * 60 + *minute > 24 * 60) return std::nullopt;
  return static_cast<int>(*hour * 60 + *minute);
}

// "08:00-18:00"
std::optional<std::pair<int, int>> parse_times(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto begin = parse_time_of_day(text.substr(0, dash));
  const auto end = parse_time_of_day(text.substr(dash + 1));
  if (!begin || !end || *begin == *end || *begin == 24 * 60) return std::nullopt;
  return std::pair(*begin, *end);
}

}  // namespace

std::optional<RateLimit> parse_rate_limit(std::string_view text) {
  RateLimit limit;
  bool has_otherwise = false;
  Parts entries(text, ',');
  while (const auto entry = entries.next()) {
    const auto at = entry->find('@');
    const auto rate = parse_size(entry->substr(0, at));
    if (!rate) return std::nullopt;
    if (at == std::string_view::npos) {
      if (std::exchange(has_otherwise, true)) return std::nullopt;
      limit.otherwise = *rate;
      continue;
    }
    const auto times = parse_times(entry->substr(at + 1));
    if (!times) return std::nullopt;
    limit.windows.push_back({times->first, times->second, *rate});
  }
  return limit;
}

}  // namespace xget::cli
