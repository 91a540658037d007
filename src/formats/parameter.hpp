// The parameters of header fields (RFC 9110 section 5.6.6), read as leniently as browsers do.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace xget::formats {

struct Parameter {
  std::string_view name;             // of the text that it was taken from
  std::optional<std::string> value;  // without quotes and their escapes; nullopt: there is no "="
};

// Takes NAME, NAME=VALUE or NAME="VALUE" from the front of `rest`, up to the first of `ends` that
// is in no quotes. What follows a closing quote is dropped. nullopt: the quotes do not end.
std::optional<Parameter> take_parameter(std::string_view& rest, std::string_view ends);

}  // namespace xget::formats
