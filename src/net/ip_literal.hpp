// Addresses written out, as they stand in URLs, options and answers.
// Thread: any; pure.
#pragma once

#include <optional>
#include <string>

#include "xget/options.hpp"

namespace xget::net {

// Of which family `text` is an address; nullopt: of none. No brackets; a zone ("%eth0") may follow
// an IPv6 one.
std::optional<AddressFamily> family_of(const std::string& text);

// Whether what is allowed allows an address of `family`.
constexpr bool allows(AddressFamily allowed, AddressFamily family) {
  return allowed == AddressFamily::Any || allowed == family;
}

// Why it is not: "is an IPv4 address, and only IPv6 is allowed".
std::string refusal_of(AddressFamily allowed, AddressFamily family);

// "IPv4", "IPv6" or "IP"
const char* to_string(AddressFamily family);

}  // namespace xget::net
