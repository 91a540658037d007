// Pieces of text that the blocks are made from.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace xget::completions {

// The first statement of a help text: all that fits beside a candidate.
std::string_view brief(std::string_view help);

// `text` with a backslash before each of `special`.
std::string escaped(std::string_view text, std::string_view special);

// `text` as one word of a POSIX shell.
std::string shell_word(std::string_view text);

// `words` with `separator` between.
std::string joined(std::span<const std::string_view> words, std::string_view separator);

}  // namespace xget::completions
