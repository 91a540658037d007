#include "cli/verb_words.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "cli/usage_error.hpp"

namespace xget::cli {

namespace {

const VerbOption* option_named(const VerbRow& verb, std::string_view word) {
  const auto row =
      std::find_if(verb.options.begin(), verb.options.end(), [&](const VerbOption& one) {
        const bool short_one =
            one.letter != 0 && word.size() == 2 && word[0] == '-' && word[1] == one.letter;
        return short_one || word == "--" + std::string(one.name);
      });
  return row == verb.options.end() ? nullptr : &*row;
}

// "-d1" is "-d 1", where the letter is the verb's own.
void part_letter(const VerbRow& verb, std::vector<std::string>& words, std::size_t i) {
  if (words[i].size() < 3 || words[i][1] == '-' || words[i][2] == '=') return;
  const VerbOption* row = option_named(verb, words[i].substr(0, 2));
  if (row == nullptr || row->value_name.empty()) return;
  std::string value = words[i].substr(2);
  words[i].resize(2);
  words.insert(words.begin() + static_cast<std::ptrdiff_t>(i) + 1, std::move(value));
}

// Whether it is one of "a|b|c".
bool lists(std::string_view values, std::string_view word) {
  Parts parts(values, '|');
  while (const auto value = parts.next()) {
    if (*value == word) return true;
  }
  return false;
}

// The option at words[i], "--name" or "--name=VALUE"; its value may be the next word, which i moves
// to then.
Result<void> read_option(const VerbOption& row, std::span<const std::string> words, std::size_t& i,
                         VerbWords& read) {
  const std::string& word = words[i];
  const std::size_t equals = word.find('=');
  const std::string option = word.substr(0, equals);
  std::optional<std::string> value;
  if (equals != std::string::npos) value = word.substr(equals + 1);
  if (row.value_name.empty() && value) return refuse_usage(option, "takes no value");
  const bool has_next = !value && i + 1 < words.size();
  const bool may_take_next = row.alone.empty() || (has_next && lists(row.value_name, words[i + 1]));
  if (!row.value_name.empty() && has_next && may_take_next) value = words[++i];
  if (!row.alone.empty() && !value) value = row.alone;
  if (!row.value_name.empty() && value.value_or("").empty()) {
    return refuse_usage(option, "needs a value");
  }
  read.options.insert_or_assign(std::string(row.name), value.value_or(""));
  if (value) read.all.emplace_back(row.name, *value);
  return {};
}

}  // namespace

Result<VerbWords> take_own_options(const VerbRow& verb, std::span<const std::string> given) {
  std::vector<std::string> words(given.begin(), given.end());
  VerbWords read;
  std::size_t i = 0;
  for (; i < words.size() && words[i] != "--"; ++i) {
    part_letter(verb, words, i);
    const VerbOption* row = option_named(verb, words[i].substr(0, words[i].find('=')));
    if (row == nullptr) {
      read.operands.push_back(words[i]);
    } else if (auto done = read_option(*row, words, i, read); !done) {
      return fail(std::move(done.error()));
    }
  }
  for (; i < words.size(); ++i) read.operands.push_back(words[i]);
  return read;
}

Result<VerbWords> read_verb_words(const VerbRow& verb, std::span<const std::string> given) {
  std::vector<std::string> words(given.begin(), given.end());
  VerbWords read;
  bool options_ended = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!options_ended) part_letter(verb, words, i);
    const std::string& word = words[i];
    if (!options_ended && word == "--") {
      options_ended = true;
      continue;
    }
    if (options_ended || word.size() < 2 || word.front() != '-') {
      read.operands.push_back(word);
      continue;
    }
    const std::string option = word.substr(0, word.find('='));
    const VerbOption* row = option_named(verb, option);
    if (row == nullptr) {
      return refuse_usage(option, "there is no such option",
                          "xget " + std::string(verb.name) + " --help lists them");
    }
    if (auto done = read_option(*row, words, i, read); !done) {
      return fail(std::move(done.error()));
    }
  }
  return read;
}

}  // namespace xget::cli
