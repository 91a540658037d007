// UTF-8, one character at a time (RFC 3629).
#pragma once

#include <cstddef>
#include <string_view>

namespace xget {

struct Utf8Char {
  char32_t code = 0;
  std::size_t length = 1;  // bytes it takes in the text
  bool valid = false;      // false: the first byte does not begin a sound character; skip it
};

// The character that `text` begins with. `text` must not be empty.
Utf8Char first_utf8(std::string_view text);

bool is_utf8(std::string_view text);

// C0, DEL, C1, line and paragraph separators, and the marks that reorder text: what a terminal or
// a reader would obey rather than show.
bool is_control(char32_t code);

}  // namespace xget
