// Bytes that are written as text: digits and base64 (RFC 4648), escapes in URLs (RFC 3986).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xget {

// Hexadecimal digits in any case, two for each byte. nullopt: something else.
std::optional<std::vector<std::byte>> parse_hex(std::string_view text);

// Base64 (section 4) with its padding, and nothing else: no line breaks, no bits beyond the last
// byte, so that bytes have one spelling. nullopt: it is not that.
std::optional<std::vector<std::byte>> parse_base64(std::string_view text);
std::string to_base64(std::span<const std::byte> bytes);

// %XX as raw bytes; broken escapes stay as they are.
std::string percent_decoded(std::string_view text);

// Everything but the unreserved characters (section 2.3), and those in `kept`, as %XX.
std::string percent_encoded(std::string_view text, std::string_view kept = {});

}  // namespace xget
