#include "net/connect_to.hpp"

#include <optional>

#include "base/text.hpp"
#include "net/port.hpp"

namespace xget::net {
namespace {

// Takes a host and the colon after it from the front of `rest`.
std::optional<std::string> take_host(std::string_view& rest) {
  const bool literal = rest.starts_with('[');
  const std::size_t end = literal ? rest.find(']') : rest.find(':');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string host = lower_case(literal ? rest.substr(1, end - 1) : rest.substr(0, end));
  rest.remove_prefix(literal ? end + 1 : end);
  if (!rest.starts_with(':')) return std::nullopt;
  rest.remove_prefix(1);
  return host;
}

// An empty one is 0.
std::optional<int> read_port(std::string_view text) {
  return text.empty() ? std::optional(0) : parse_port(text);
}

tl::unexpected<std::string> refused(std::string_view text) {
  return tl::unexpected("\"" + printable(text) +
                        "\" is not HOST:PORT:TO_HOST:TO_PORT (an IPv6 address stands in brackets)");
}

}  // namespace

tl::expected<ConnectTo, std::string> parse_connect_to(std::string_view text) {
  std::string_view rest = text;
  const auto host = take_host(rest);
  if (!host) return refused(text);
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) return refused(text);
  const auto port = read_port(rest.substr(0, colon));
  rest.remove_prefix(colon + 1);
  const auto to_host = take_host(rest);
  const auto to_port = read_port(rest);
  if (!port || !to_host || !to_port) return refused(text);
  return ConnectTo{*host, *port, std::string(text)};
}

std::string connect_to_rule(const std::vector<ConnectTo>& rules, const Origin& origin) {
  for (const ConnectTo& one : rules) {
    const bool host_fits = one.host.empty() || one.host == origin.host;
    if (host_fits && (one.port == 0 || one.port == origin.port)) return one.rule;
  }
  return "";
}

}  // namespace xget::net
