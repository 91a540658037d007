// Reads the words after a verb by its row of the verb table. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/verb_table.hpp"
#include "xget/error.hpp"

namespace xget::cli {

struct VerbWords {
  std::map<std::string, std::string, std::less<>> options;  // by name; a flag's value is empty
  std::vector<std::pair<std::string, std::string>> all;     // with values, in their order
  std::vector<std::string> operands;

  [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
};

// The verb's own options, and in `operands` all other words as they stand: the download's options,
// and what is neither. "--" ends the own ones. Fails with Usage.
Result<VerbWords> take_own_options(const VerbRow& verb, std::span<const std::string> given);

// "--name VALUE" or "--name=VALUE"; a later one counts, "--" ends the options. Fails with Usage.
Result<VerbWords> read_verb_words(const VerbRow& verb, std::span<const std::string> given);

}  // namespace xget::cli
