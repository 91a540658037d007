// Bytes that are written as text (RFC 4648).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace xget {

// Hexadecimal digits in any case, two for each byte. nullopt: something else.
std::optional<std::vector<std::byte>> parse_hex(std::string_view text);

// Base64 (section 4) with its padding, and nothing else: no line breaks, no bits beyond the last
// byte, so that bytes have one spelling. nullopt: it is not that.
std::optional<std::vector<std::byte>> parse_base64(std::string_view text);

}  // namespace xget
