// TcpSockets: the sockets that libcurl has open, and what the kernel knows of their paths.
//
// libcurl does not say which socket carries a transfer while it runs, but it says the local port.
// Thread: loop. Must outlive every handle that watch() was called for, and their multi handle.
// For net/ alone: this header brings curl.h.
#pragma once

#include <curl/curl.h>

#include <map>
#include <optional>
#include <set>

#include "core/ports.hpp"

namespace xget::net {

class OptionSetter;

class TcpSockets {
 public:
  // From now on it knows of the sockets that are opened for this handle.
  void watch(OptionSetter& options);

  // nullopt: no such socket, or the kernel does not know. Any family.
  [[nodiscard]] std::optional<int> on_port(long local_port);

 private:
  static int on_open(void* self, curl_socket_t socket, curlsocktype purpose);
  static int on_close(void* self, curl_socket_t socket);

  void learn_ports();

  // A socket has its port once it is connected. Sockets to several addresses may share one port.
  std::set<curl_socket_t> without_port_;
  std::multimap<long, curl_socket_t> by_port_;
};

// nullopt: it is not TCP, or was closed.
std::optional<core::PathFacts> path_of(int socket);

}  // namespace xget::net
