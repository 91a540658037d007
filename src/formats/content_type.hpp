// The media type of a file by its name (RFC 6838, IANA's registry). Pure.
#pragma once

#include <string_view>

namespace xget::formats {

// By the last extension, in any case. "application/octet-stream" where it says nothing.
std::string_view content_type_of(std::string_view name);

}  // namespace xget::formats
