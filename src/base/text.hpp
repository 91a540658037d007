// Small text helpers for what comes from outside.
#pragma once

#include <string>
#include <string_view>

namespace xget {

// Control characters (is_control in utf8.hpp) and broken UTF-8 as \xNN, so that no terminal obeys
// them.
std::string printable(std::string_view text);

bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII
std::string lower_case(std::string_view text);                      // ASCII
std::string_view trim(std::string_view text);                       // spaces and tabs

// %XX as raw bytes; broken escapes stay as they are.
std::string percent_decoded(std::string_view text);

}  // namespace xget
