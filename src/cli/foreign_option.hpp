// What an option of curl, wget or aria2 is called here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace xget::cli {

// In words, for a word that begins as such an option does and is none of xget's ("--continue=true",
// "-sL"); nullopt: none of them has it, or not with a counterpart here.
std::optional<std::string> foreign_option_text(std::string_view word);

}  // namespace xget::cli
