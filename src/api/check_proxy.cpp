#include "api/check_proxy.hpp"

#include <algorithm>
#include <array>

#include "api/option_error.hpp"
#include "base/text.hpp"
#include "net/port.hpp"
#include "net/proxy.hpp"

namespace xget::api {
namespace {

constexpr std::array<std::string_view, 6> kSchemes{"http",    "https",  "socks4",
                                                   "socks4a", "socks5", "socks5h"};

bool is_known(std::string_view scheme) {
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [&](auto known) { return equals_ignoring_case(known, scheme); });
}

bool is_port(std::string_view text) {
  if (!text.starts_with(':')) return false;
  return net::parse_port(text.substr(1)).has_value();
}

bool is_host(std::string_view text) {
  const bool readable = std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '<' && c != '>' && c != '\\';
  });
  return readable && !text.empty() && text != "[]";
}

}  // namespace

Result<void> check_proxy(std::string_view proxy, const std::string& subject) {
  const auto refuse = [&](std::string cause) -> Result<void> {
    return option_error(subject, std::move(cause),
                        "a proxy is [SCHEME://][USER:PASSWORD@]HOST[:PORT], with http, https, "
                        "socks4, socks4a, socks5 or socks5h");
  };
  if (proxy.empty() || proxy == "none") return {};
  const net::ProxyParts parts = net::split_proxy(proxy);
  if (!parts.scheme.empty() && !is_known(parts.scheme)) {
    return refuse("\"" + printable(parts.scheme) + "\" is no kind of proxy that xget knows");
  }
  if (!is_host(parts.host)) return refuse("the proxy has no usable host");
  if (!parts.port.empty() && !is_port(parts.port)) {
    return refuse("the proxy's port is not a number from 1 to 65535");
  }
  return {};
}

}  // namespace xget::api
