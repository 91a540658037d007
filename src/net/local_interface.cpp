#include "net/local_interface.hpp"

#include <net/if.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.hpp"
#include "net/ip_literal.hpp"

namespace xget::net {
namespace {

// getaddrinfo knows zones too.
bool can_bind(const std::string& address) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), nullptr, &hints, &found) != 0) return false;
  const int socket = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const bool bound = socket >= 0 && bind(socket, found->ai_addr, found->ai_addrlen) == 0;
  if (socket >= 0) close(socket);
  freeaddrinfo(found);
  return bound;
}

}  // namespace

tl::expected<void, std::string> check_interface(const std::string& interface) {
  if (family_of(interface)) {
    if (can_bind(interface)) return {};
    return tl::unexpected(printable(interface) + " is not an address of this machine");
  }
  if (if_nametoindex(interface.c_str()) != 0) return {};
  return tl::unexpected("there is no network interface \"" + printable(interface) + "\"");
}

std::string curl_interface(const std::string& interface) {
  if (interface.empty()) return {};
  return (family_of(interface) ? "host!" : "if!") + interface;
}

}  // namespace xget::net
