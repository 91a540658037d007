#include "net/port.hpp"

#include "base/units.hpp"

namespace xget::net {

std::optional<int> parse_port(std::string_view text) {
  constexpr std::uint64_t kHighestPort = 65535;
  const auto port = parse_u64(text);
  if (!port || *port < 1 || *port > kHighestPort) return std::nullopt;
  return static_cast<int>(*port);
}

}  // namespace xget::net
