// Words of commands that are shown to be typed.
#pragma once

#include <string>
#include <string_view>

namespace xget {

// One word for a POSIX shell; where there are control characters or broken UTF-8, in bash's $'...'
// form, so that the result is safe to print.
std::string shell_quoted(std::string_view word);

}  // namespace xget
