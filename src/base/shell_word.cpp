#include "base/shell_word.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace xget {
namespace {

bool needs_no_quotes(std::string_view word) {
  constexpr std::string_view kSafe = "%+,-./:=@_";
  return !word.empty() && std::all_of(word.begin(), word.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kSafe.find(c) != std::string_view::npos;
  });
}

// The word's own backslashes and quotes are escaped first, then what cannot be printed.
std::string ansi_quoted(std::string_view word) {
  std::string escaped;
  for (const char c : word) {
    if (c == '\\' || c == '\'') escaped += '\\';
    escaped += c;
  }
  return "$'" + printable(escaped) + "'";
}

}  // namespace

std::string shell_quoted(std::string_view word) {
  if (needs_no_quotes(word)) return std::string(word);
  if (printable(word) != word) return ansi_quoted(word);
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace xget
