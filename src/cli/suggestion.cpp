#include "cli/suggestion.hpp"

#include <algorithm>
#include <utility>

#include "cli/option_table.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kMostSuggestions = 3;

// A mistyped word shares most of its letters with what was meant.
std::size_t near_enough(std::string_view word) { return std::max<std::size_t>(1, word.size() / 3); }

// "--output=x" → "output"
std::string_view bare_name(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  return word.substr(0, word.find('='));
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::vector<std::string> nearest_options(std::string_view mistyped) {
  const std::string_view name = bare_name(mistyped);
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const OptionRow& row : option_table()) {
    // "--no-check" may be the beginning of something longer.
    const bool begun = name.size() >= 3 && row.name.starts_with(name);
    const std::size_t distance = begun ? 0 : edit_distance(name, row.name);
    if (distance <= near_enough(name)) near.emplace_back(distance, row.longest());
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (near.size() > kMostSuggestions) near.resize(kMostSuggestions);
  std::vector<std::string> names;
  names.reserve(near.size());
  for (auto& [distance, option] : near) names.push_back(std::move(option));
  return names;
}

}  // namespace xget::cli
