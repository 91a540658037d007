// What a shell may offer where an option's value stands.
#pragma once

#include <string_view>
#include <vector>

namespace xget::completions {

enum class ValueKind {
  Free,  // a number, a URL, a text: nothing can be offered
  File,  // also where a URL may stand instead
  Folder,
  Command,  // a program's name
  Words,    // some fixed words, and perhaps more that cannot be offered
};

// `value_name` is as in the option table: alternatives are parted by "|", capitals stand for
// something, small letters are the word itself. Words go before all else.
ValueKind kind_of(std::string_view value_name);

// "TIME|inf" → {"inf"}
std::vector<std::string_view> fixed_words(std::string_view value_name);

}  // namespace xget::completions
