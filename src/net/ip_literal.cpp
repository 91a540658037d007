#include "net/ip_literal.hpp"

#include <arpa/inet.h>

#include <array>

namespace xget::net {

std::optional<AddressFamily> family_of(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return AddressFamily::IPv4;
  const std::string without_zone = text.substr(0, text.find('%'));
  if (inet_pton(AF_INET6, without_zone.c_str(), bytes.data()) == 1) return AddressFamily::IPv6;
  return std::nullopt;
}

std::string refusal_of(AddressFamily allowed, AddressFamily family) {
  return std::string("is an ") + to_string(family) + " address, and only " + to_string(allowed) +
         " is allowed";
}

const char* to_string(AddressFamily family) {
  switch (family) {
    case AddressFamily::IPv4: return "IPv4";
    case AddressFamily::IPv6: return "IPv6";
    case AddressFamily::Any: break;
  }
  return "IP";
}

}  // namespace xget::net
