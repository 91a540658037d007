// Content-Disposition (RFC 6266): the name that a server gives to what it sends.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace xget::formats {

// The name in UTF-8, as the server says it: it may hold slashes, control characters, anything. It
// is a file's name only once safe_server_file_name has seen it. "filename*" (RFC 8187: UTF-8, or
// ISO-8859-1 as of old) goes before "filename", in which bytes that are no UTF-8 are taken for
// ISO-8859-1. Lenient where browsers are: the type may be missing, a name without quotes may hold
// spaces. nullopt: there is no name, a quoted one does not end, or one is given twice.
std::optional<std::string> parse_disposition_name(std::string_view value);

}  // namespace xget::formats
