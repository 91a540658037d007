// What targets share that read a user's texts: how a word is written in quotes, and what a refusal
// may say.
#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"
#include "fuzz/fuzz_input.hpp"
#include "xget/error.hpp"

namespace xget::fuzz {

// A word that a target puts into a file, which no refusal of that file may repeat.
inline constexpr std::string_view kCanary = "c4n4ry";

// A quoted string as RFC 9110 section 5.6.4 writes it, and netrc files too.
inline std::string quoted(std::string_view word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

inline void check_refusal(const Error& error) {
  const std::string text = to_string(error);
  require(error.code == ErrorCode::Usage, "a file of the user's is the user's to correct");
  require(!error.cause.empty(), "a refusal says why");
  require(printable(text) == text, "a refusal can be printed");
  require(text.find(kCanary) == std::string::npos, "a refusal tells no word of the file");
}

}  // namespace xget::fuzz
