#include "net/name_servers.hpp"

#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "net/ip_literal.hpp"
#include "net/port.hpp"

namespace xget::net {
namespace {

constexpr std::string_view kDefaultPort = "53";

struct AddressAndPort {
  std::string_view address;
  std::string_view port;
};

// Wherever the two are parted; what they are is not looked at.
AddressAndPort part(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find("]:");
    if (end != std::string_view::npos) return {text.substr(1, end - 1), text.substr(end + 2)};
    if (text.ends_with(']')) return {text.substr(1, text.size() - 2), kDefaultPort};
    return {text, kDefaultPort};
  }
  const std::size_t colon = text.find(':');
  const bool only_one = colon != std::string_view::npos && colon == text.rfind(':');
  if (only_one) return {text.substr(0, colon), text.substr(colon + 1)};
  return {text, kDefaultPort};
}

std::optional<std::string> normalised(std::string_view text) {
  const AddressAndPort parts = part(text);
  const std::string address(parts.address);
  const auto family = family_of(address);
  if (!family || !parse_port(parts.port)) return std::nullopt;
  const std::string host = *family == AddressFamily::IPv6 ? "[" + address + "]" : address;
  return host + ":" + std::string(parts.port);
}

}  // namespace

tl::expected<std::string, std::string> name_server_list(const std::vector<std::string>& servers) {
  std::string list;
  for (const std::string& server : servers) {
    const auto one = normalised(server);
    if (!one) {
      return tl::unexpected("\"" + printable(server) +
                            "\" is not IP or IP:PORT (before a port, IPv6 stands in brackets)");
    }
    list += (list.empty() ? "" : ",") + *one;
  }
  return list;
}

}  // namespace xget::net
