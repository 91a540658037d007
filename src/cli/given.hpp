// The command line as it was given: options in order, then URLs. Nothing is interpreted yet.
#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"

namespace xget::cli {

struct GivenOption {
  OptionId id = OptionId::Count;
  std::string value;  // empty for a flag
};

struct Given {
  std::vector<GivenOption> options;
  std::vector<std::string> urls;

  [[nodiscard]] std::size_t count(OptionId id) const;
  [[nodiscard]] bool has(OptionId id) const { return count(id) > 0; }
  // All values of a repeatable option, in order.
  [[nodiscard]] std::vector<std::string> all(OptionId id) const;
  // The last one given: a later word corrects an earlier one. nullptr if there is none.
  [[nodiscard]] const std::string* last(OptionId id) const;
};

}  // namespace xget::cli
