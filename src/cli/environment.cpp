#include "cli/environment.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/suggestion.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {
namespace {

constexpr std::string_view kPrefix = "XGET_";
constexpr std::uint64_t kMostTimes = 9;

const OptionRow* find_variable(std::string_view name) {
  const auto rows = option_table();
  const auto found = std::find_if(rows.begin(), rows.end(),
                                  [&](const OptionRow& row) { return row.variable() == name; });
  return found == rows.end() ? nullptr : &*found;
}

// How often the flag is given.
std::optional<std::uint64_t> parse_flag(const std::string& text, Repeat repeat) {
  constexpr std::array<std::string_view, 4> kOn{"1", "true", "yes", "on"};
  constexpr std::array<std::string_view, 4> kOff{"0", "false", "no", "off"};
  const std::string word = lower_case(text);
  if (std::find(kOn.begin(), kOn.end(), word) != kOn.end()) return 1;
  if (std::find(kOff.begin(), kOff.end(), word) != kOff.end()) return 0;
  const auto times = repeat == Repeat::Counts ? parse_u64(word) : std::nullopt;
  return times && *times <= kMostTimes ? times : std::nullopt;
}

Result<void> take_flag(const OptionRow& row, const std::string& text, GivenLayer& into) {
  const auto times = parse_flag(text, row.repeat);
  if (!times) {
    return refuse_usage(row.variable(), "\"" + text + "\" is neither 1 nor 0",
                        row.repeat == Repeat::Counts ? "a number up to 9 will do too" : "");
  }
  if (*times == 0) into.off.push_back(row.id);
  const Origin origin{Layer::Environment, row.variable()};
  into.options.insert(into.options.end(), *times, GivenOption{row.id, "", origin});
  return {};
}

void take_values(const OptionRow& row, const std::string& text, GivenLayer& into) {
  const Origin origin{Layer::Environment, row.variable()};
  if (row.repeat == Repeat::LastCounts) {
    into.options.push_back({row.id, text, origin});
    return;
  }
  Parts lines(text, '\n');
  while (const auto line = lines.next()) {
    const std::string_view value = without_return(*line);
    if (!value.empty()) into.options.push_back({row.id, std::string(value), origin});
  }
}

Result<void> check_foreign(const std::string& name) {
  std::string option = lower_case(std::string_view(name).substr(kPrefix.size()));
  std::replace(option.begin(), option.end(), '_', '-');
  const auto near = nearest_options(option);
  if (near.empty()) return {};
  const std::string_view best = std::string_view(near.front()).substr(2);
  return refuse_usage(name, "there is no such option",
                      "did you mean " + row_named(best)->variable() + "?");
}

}  // namespace

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    all.emplace_back(*entry);
  }
  return all;
}

const char* variable_in(Environment environment, std::string_view name) {
  for (const std::string& entry : environment) {
    const bool is_it = entry.starts_with(name) && entry.substr(name.size()).starts_with('=');
    if (is_it) return entry.size() > name.size() + 1 ? entry.c_str() + name.size() + 1 : nullptr;
  }
  return nullptr;
}

std::string state_folder(Environment environment) {
  const char* state_home = variable_in(environment, "XDG_STATE_HOME");
  // The XDG Base Directory Specification has relative ones ignored.
  if (state_home != nullptr && state_home[0] == '/') return std::string(state_home) + "/xget";
  const char* home = variable_in(environment, "HOME");
  return home != nullptr && home[0] == '/' ? std::string(home) + "/.local/state/xget" : "";
}

Result<GivenLayer> read_environment(Environment environment) {
  GivenLayer layer;
  for (const std::string& entry : environment) {
    const auto equals = entry.find('=');
    if (!entry.starts_with(kPrefix) || equals == std::string::npos) continue;
    const std::string name = entry.substr(0, equals);
    const std::string value = entry.substr(equals + 1);
    const OptionRow* row = find_variable(name);
    if (row == nullptr) {
      if (auto sound = check_foreign(name); !sound) return fail(sound.error());
      continue;
    }
    if (value.empty() || row->id == OptionId::Help || row->id == OptionId::Version) continue;
    if (row->takes_value()) {
      take_values(*row, value, layer);
    } else if (auto taken = take_flag(*row, value, layer); !taken) {
      return fail(taken.error());
    }
  }
  return layer;
}

}  // namespace xget::cli
