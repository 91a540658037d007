// An entry of an input list as a JSON object (input_list.hpp). Pure.
#pragma once

#include <string_view>

#include "formats/input_list.hpp"

namespace xget::formats {

// Fails with Usage; cause and remedy have nothing of a value. An unknown member or another type
// than is due refuses the object.
Result<ListedFile> parse_input_object(std::string_view line);

}  // namespace xget::formats
