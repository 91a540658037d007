// How many columns a text takes on a terminal.
#pragma once

#include <string>
#include <string_view>

namespace xget::cli {

// Wide characters take two columns, combining ones none. Follows the LC_CTYPE locale, see
// use_utf8_characters() in terminal.hpp. `text` is printable UTF-8.
int display_width(std::string_view text);

// Cut in the middle, with "…" there, to at most `columns`: the end of a file's name says as much as
// its start.
std::string shortened(std::string_view text, int columns);

// Cut at the end, between words where there are some: a sentence says most at its start.
std::string begun(std::string_view text, int columns);

}  // namespace xget::cli
