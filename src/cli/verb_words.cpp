#include "cli/verb_words.hpp"

#include <algorithm>
#include <optional>

#include "cli/usage_error.hpp"

namespace xget::cli {

Result<VerbWords> read_verb_words(const VerbRow& verb, std::span<const std::string> words) {
  VerbWords read;
  bool options_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!options_ended && word == "--") {
      options_ended = true;
      continue;
    }
    if (options_ended || word.size() < 2 || word.front() != '-') {
      read.operands.push_back(word);
      continue;
    }
    const std::size_t equals = word.find('=');
    const std::string option = word.substr(0, equals);
    const auto row =
        std::find_if(verb.options.begin(), verb.options.end(),
                     [&](const VerbOption& one) { return option == "--" + std::string(one.name); });
    if (row == verb.options.end()) {
      return refuse_usage(option, "there is no such option",
                          "xget " + std::string(verb.name) + " --help lists them");
    }
    std::optional<std::string> value;
    if (equals != std::string::npos) value = word.substr(equals + 1);
    if (row->value_name.empty() && value) return refuse_usage(option, "takes no value");
    if (!row->value_name.empty() && !value && i + 1 < words.size()) value = words[++i];
    if (!row->value_name.empty() && value.value_or("").empty()) {
      return refuse_usage(option, "needs a value");
    }
    read.options.insert_or_assign(std::string(row->name), value.value_or(""));
  }
  return read;
}

}  // namespace xget::cli
