#include "api/network_settings.hpp"

#include <algorithm>
#include <utility>

#include "api/job_request.hpp"
#include "core/token_bucket.hpp"
#include "net/ip_literal.hpp"
#include "net/name_servers.hpp"
#include "xget/session.hpp"

namespace xget::api {
namespace {

// All connections that a limit held back read once when it lets them: together no more than is due
// in one of its ticks, as far as reads so small are worth their calls.
long limited_buffer(std::uint64_t rate, int connections) {
  constexpr long kSmallest = 2L << 10;
  constexpr long kLargest = 16L << 10;
  const double a_tick = static_cast<double>(rate) * to_seconds(core::TokenBucket::kTick);
  return std::clamp(static_cast<long>(std::min(a_tick, 1e9)) / connections, kSmallest, kLargest);
}

// An address to leave by reaches its own family alone.
AddressFamily allowed_family(const Options& options) {
  if (options.address_family != AddressFamily::Any) return options.address_family;
  return net::family_of(options.interface).value_or(AddressFamily::Any);
}

}  // namespace

net::TransportSettings transport_settings(const Options& options,
                                          std::optional<std::vector<std::string>> cookies) {
  net::TransportSettings settings;
  settings.user_agent =
      options.user_agent.empty() ? std::string("xget/") + version() : options.user_agent;
  settings.connect_timeout = options.connect_timeout;
  settings.cacert = options.cacert;
  settings.cert = options.cert;
  settings.key = options.key;
  settings.pinned_public_key = options.pinned_public_key;
  settings.insecure = options.insecure;
  settings.family = allowed_family(options);
  settings.interface = options.interface;
  settings.cookies = std::move(cookies);
  const int connections = options.most_connections();
  settings.max_connections = std::max(64, connections + 4);
  constexpr int kUnderLimit = 4;  // whoever is held back seldom finds that more bring more
  if (const auto rate = lowest_rate(options); rate > 0) {
    settings.buffer_size = limited_buffer(rate, options.connections.value_or(kUnderLimit));
  }
  return settings;
}

net::ResolverSettings resolver_settings(const Options& options) {
  net::ResolverSettings settings;
  settings.name_servers = net::name_server_list(options.dns_servers).value_or("");
  settings.ask_system = options.dns_servers.empty();
  settings.family = allowed_family(options);
  return settings;
}

}  // namespace xget::api
