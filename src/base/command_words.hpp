// A command line in one text, as words. No shell is behind it: only what quotes a word is
// understood, and what a shell would act upon is refused rather than passed on as a word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "xget/error.hpp"

namespace xget {

// Words are parted by spaces, tabs and newlines. '…' keeps all as it is; in "…" a backslash takes
// the meaning of ", \, $ and ` away; outside of both, of any character. Fails with Usage: no word,
// an open quote, a backslash at the end, and any of | & ; < > ( ) $ ` that is not quoted.
Result<std::vector<std::string>> split_command(std::string_view text);

}  // namespace xget
