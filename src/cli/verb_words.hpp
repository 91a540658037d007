// Reads the words after a verb by its row of the verb table. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "cli/verb_table.hpp"
#include "xget/error.hpp"

namespace xget::cli {

struct VerbWords {
  std::map<std::string, std::string, std::less<>> options;  // by name; a flag's value is empty
  std::vector<std::string> operands;

  [[nodiscard]] bool has(std::string_view name) const { return options.contains(name); }
};

// "--name VALUE" or "--name=VALUE"; a later one counts, "--" ends the options. Fails with Usage.
Result<VerbWords> read_verb_words(const VerbRow& verb, std::span<const std::string> words);

}  // namespace xget::cli
