#include "net/proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::net {
namespace {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  unsigned bits = 0;  // 32 or 128
};

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  const std::string terminated(text.substr(0, text.find('%')));
  IpAddress address;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1)
    address.bits = 32;
  else if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1)
    address.bits = 128;
  else
    return std::nullopt;
  return address;
}

bool same_prefix(const IpAddress& a, const IpAddress& b, unsigned bits) {
  if (a.bits != b.bits || bits > a.bits) return false;
  const unsigned whole = bits / 8;
  if (std::memcmp(a.bytes.data(), b.bytes.data(), whole) != 0) return false;
  if (bits % 8 == 0) return true;
  const unsigned mask = 0xFFU << (8 - bits % 8) & 0xFFU;
  return (a.bytes[whole] & mask) == (b.bytes[whole] & mask);
}

// "host:port", "[v6]:port" or either without a port; a bare IPv6 literal has none.
struct HostEntry {
  std::string_view host;
  std::string_view port;
};

HostEntry split_port(std::string_view entry) {
  const auto colon = entry.rfind(':');
  if (colon == std::string_view::npos) return {entry, {}};
  const bool bracketed = entry.front() == '[';
  if (bracketed ? entry[colon - 1] != ']' : entry.find(':') != colon) return {entry, {}};
  return {entry.substr(0, colon), entry.substr(colon + 1)};
}

bool matches_block(const IpAddress& host, std::string_view entry, std::size_t slash) {
  const auto network = parse_ip(entry.substr(0, slash));
  const auto bits = parse_u64(entry.substr(slash + 1));
  return network && bits && *bits <= 128 &&
         same_prefix(host, *network, static_cast<unsigned>(*bits));
}

std::string_view without_dots(std::string_view domain) {
  while (!domain.empty() && domain.front() == '.') domain.remove_prefix(1);
  if (!domain.empty() && domain.back() == '.') domain.remove_suffix(1);
  return domain;
}

bool is_in_domain(std::string_view host, std::string_view domain) {
  host = without_dots(host);
  domain = without_dots(domain);
  if (domain.empty() || host.size() < domain.size()) return false;
  const auto before = host.size() - domain.size();
  return equals_ignoring_case(host.substr(before), domain) &&
         (before == 0 || host[before - 1] == '.');
}

bool matches(const Origin& origin, const std::optional<IpAddress>& address,
             std::string_view entry) {
  if (entry == "*") return true;
  if (const auto slash = entry.find('/'); slash != std::string_view::npos)
    return address && matches_block(*address, entry, slash);
  const auto [host, port] = split_port(entry);
  if (!port.empty() && parse_u64(port) != static_cast<std::uint64_t>(origin.port)) return false;
  if (const auto other = parse_ip(host))
    return address && same_prefix(*address, *other, other->bits);
  return !address && is_in_domain(origin.host, host);
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string either(const char* lower, const char* upper) {
  std::string value = variable(lower);
  return value.empty() ? variable(upper) : value;
}

}  // namespace

bool ProxyParts::speaks_http() const {
  return scheme.empty() || equals_ignoring_case(scheme, "http") ||
         equals_ignoring_case(scheme, "https");
}

ProxyParts split_proxy(std::string_view proxy) {
  ProxyParts parts;
  if (const auto end = proxy.find("://"); end != std::string_view::npos) {
    parts.scheme = proxy.substr(0, end);
    proxy.remove_prefix(end + 3);
  }
  proxy = proxy.substr(0, proxy.find_first_of("/?#"));
  if (const auto at = proxy.rfind('@'); at != std::string_view::npos) {
    parts.login = proxy.substr(0, at);
    proxy.remove_prefix(at + 1);
  }
  const auto bracket = proxy.starts_with('[') ? proxy.find(']') : std::string_view::npos;
  const auto after_host = bracket == std::string_view::npos ? proxy.find(':') : bracket + 1;
  parts.host = proxy.substr(0, after_host);
  if (after_host < proxy.size()) parts.port = proxy.substr(after_host);
  return parts;
}

ProxyEnvironment read_proxy_environment() {
  return {variable("http_proxy"), either("https_proxy", "HTTPS_PROXY"),
          either("all_proxy", "ALL_PROXY"), either("no_proxy", "NO_PROXY")};
}

bool bypasses_proxy(const Origin& origin, std::string_view no_proxy) {
  static constexpr std::string_view kSeparators = ", \t";
  const auto address = parse_ip(origin.host);
  while (!no_proxy.empty()) {
    const auto end = std::min(no_proxy.find_first_of(kSeparators), no_proxy.size());
    if (end > 0 && matches(origin, address, no_proxy.substr(0, end))) return true;
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return false;
}

std::string choose_proxy(const Url& url, const std::string& option,
                         const ProxyEnvironment& environment) {
  if (option == "none" || bypasses_proxy(url.origin, environment.no_proxy)) return {};
  if (!option.empty()) return option;
  const std::string& own =
      url.origin.scheme == "https" ? environment.https_proxy : environment.http_proxy;
  return own.empty() ? environment.all_proxy : own;
}

}  // namespace xget::net
