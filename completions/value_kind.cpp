#include "completions/value_kind.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace xget::completions {
namespace {

bool is_fixed(std::string_view alternative) {
  const auto is_of_a_word = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return !alternative.empty() && std::all_of(alternative.begin(), alternative.end(), is_of_a_word);
}

std::vector<std::string_view> alternatives(std::string_view value_name) {
  std::vector<std::string_view> all;
  Parts parts(value_name, '|');
  while (const auto part = parts.next()) all.push_back(*part);
  return all;
}

}  // namespace

ValueKind kind_of(std::string_view value_name) {
  if (!fixed_words(value_name).empty()) return ValueKind::Words;
  for (const std::string_view alternative : alternatives(value_name)) {
    if (alternative == "FILE") return ValueKind::File;
    if (alternative == "DIR") return ValueKind::Folder;
    if (alternative == "CMD") return ValueKind::Command;
  }
  return ValueKind::Free;
}

std::vector<std::string_view> fixed_words(std::string_view value_name) {
  std::vector<std::string_view> words = alternatives(value_name);
  words.erase(std::remove_if(words.begin(), words.end(),
                             [](std::string_view word) { return !is_fixed(word); }),
              words.end());
  return words;
}

}  // namespace xget::completions
