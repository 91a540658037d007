#include "cli/given.hpp"

#include <algorithm>

namespace xget::cli {

std::size_t Given::count(OptionId id) const {
  return static_cast<std::size_t>(std::count_if(
      options.begin(), options.end(), [&](const GivenOption& option) { return option.id == id; }));
}

std::vector<std::string> Given::all(OptionId id) const {
  std::vector<std::string> values;
  for (const GivenOption& option : options) {
    if (option.id == id) values.push_back(option.value);
  }
  return values;
}

const std::string* Given::last(OptionId id) const {
  const auto found = std::find_if(options.rbegin(), options.rend(),
                                  [&](const GivenOption& option) { return option.id == id; });
  return found == options.rend() ? nullptr : &found->value;
}

}  // namespace xget::cli
