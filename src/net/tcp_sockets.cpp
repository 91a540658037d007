#include "net/tcp_sockets.hpp"

#include <arpa/inet.h>
// Not <netinet/tcp.h>: glibc's tcp_info lacks what Linux has told since 5.4.
#include <linux/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>

#include "net/curl_options.hpp"

namespace xget::net {
namespace {

// 0: it has none yet.
in_port_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  }
  return 0;
}

}  // namespace

void TcpSockets::watch(OptionSetter& options) {
  options.set(CURLOPT_SOCKOPTFUNCTION, &TcpSockets::on_open);
  options.set(CURLOPT_SOCKOPTDATA, static_cast<void*>(this));
  options.set(CURLOPT_CLOSESOCKETFUNCTION, &TcpSockets::on_close);
  options.set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(this));
}

std::optional<int> TcpSockets::on_port(long local_port) {
  learn_ports();
  const auto known = by_port_.find(local_port);
  return known == by_port_.end() ? std::nullopt : std::optional<int>(known->second);
}

void TcpSockets::learn_ports() {
  std::erase_if(without_port_, [this](curl_socket_t socket) {
    const long port = port_of(socket);
    if (port != 0) by_port_.emplace(port, socket);
    return port != 0;
  });
}

int TcpSockets::on_open(void* self, curl_socket_t socket, curlsocktype) {
  static_cast<TcpSockets*>(self)->without_port_.insert(socket);
  return CURL_SOCKOPT_OK;
}

int TcpSockets::on_close(void* self, curl_socket_t socket) {
  auto& sockets = *static_cast<TcpSockets*>(self);
  sockets.without_port_.erase(socket);
  std::erase_if(sockets.by_port_, [socket](const auto& known) { return known.second == socket; });
  return ::close(socket);
}

std::optional<core::PathFacts> path_of(int socket) {
  tcp_info info{};
  socklen_t length = sizeof info;
  if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return std::nullopt;
  // An older kernel fills in less.
  constexpr auto kNeeded = offsetof(tcp_info, tcpi_rcv_ooopack) + sizeof info.tcpi_rcv_ooopack;
  if (length < kNeeded || info.tcpi_rcv_rtt == 0) return std::nullopt;
  return core::PathFacts{.out_of_order = info.tcpi_rcv_ooopack,
                         .round_trip = std::chrono::microseconds(info.tcpi_rcv_rtt),
                         .least_round_trip = std::chrono::microseconds(info.tcpi_min_rtt)};
}

}  // namespace xget::net
