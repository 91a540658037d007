// A TCP server on loopback for what real servers don't do: each connection is served by a function
// on a thread of its own, which sends bytes as it likes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace xget::test {

// A listening socket on 127.0.0.1 or [::1] at a free port, which it writes to `port`.
inline int listen_on_loopback(bool ipv6, int& port) {
  sockaddr_in address4{};
  address4.sin_family = AF_INET;
  address4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 address6{};
  address6.sin6_family = AF_INET6;
  address6.sin6_addr = in6addr_loopback;
  auto* address =
      ipv6 ? reinterpret_cast<sockaddr*>(&address6) : reinterpret_cast<sockaddr*>(&address4);
  socklen_t length = ipv6 ? sizeof address6 : sizeof address4;
  const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, address, length) != 0 || listen(fd, 64) != 0)
    throw std::runtime_error("no listening socket on loopback");
  getsockname(fd, address, &length);
  port = ntohs(ipv6 ? address6.sin6_port : address4.sin_port);
  return fd;
}

// A port on 127.0.0.1 that nobody listens on now.
inline int free_port() {
  int port = 0;
  close(listen_on_loopback(false, port));
  return port;
}

// The connections that are open, so that a server can end them all.
struct OpenSockets {
  std::mutex mutex;
  std::set<int> fds;
};

// One connection.
class Peer {
 public:
  Peer(int fd, OpenSockets& open) : fd_(fd), open_(open) {
    const std::lock_guard lock(open_.mutex);
    open_.fds.insert(fd_);
  }
  ~Peer() { finish(); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  // The next request's head with its empty line; empty when the other side has closed.
  std::string read_head() {
    while (true) {
      if (const auto end = unread_.find("\r\n\r\n"); end != std::string::npos) {
        std::string head = unread_.substr(0, end + 4);
        unread_.erase(0, end + 4);
        return head;
      }
      if (!receive()) return {};
    }
  }

  // The next `size` bytes; fewer when the other side has closed.
  std::string read_bytes(std::size_t size) {
    while (unread_.size() < size && receive()) {
    }
    std::string bytes = unread_.substr(0, size);
    unread_.erase(0, size);
    return bytes;
  }

  // False when the other side has gone.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  void wait_for_close() {
    while (receive()) unread_.clear();
  }

  // Ends the connection by RST.
  void reset() {
    const linger at_once{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    finish();
  }

  // Ends it by FIN.
  void finish() {
    const std::lock_guard lock(open_.mutex);
    if (open_.fds.erase(fd_) > 0) close(fd_);
  }

 private:
  bool receive() {
    std::array<char, 4096> buffer{};
    const ssize_t count = recv(fd_, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
    return true;
  }

  const int fd_;
  OpenSockets& open_;
  std::string unread_;
};

class RawServer {
 public:
  using Serve = std::function<void(Peer&)>;

  explicit RawServer(Serve serve, bool ipv6 = false)
      : serve_(std::move(serve)), ipv6_(ipv6), listener_(listen_on_loopback(ipv6, port_)) {
    acceptor_ = std::thread([this] { accept_all(); });
  }

  // Ends all connections.
  ~RawServer() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
    {
      const std::lock_guard lock(open_.mutex);
      for (const int fd : open_.fds) shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] int connections() const { return connections_; }
  [[nodiscard]] std::string url(std::string_view path = "/file") const {
    return (ipv6_ ? "http://[::1]:" : "http://127.0.0.1:") + std::to_string(port_) +
           std::string(path);
  }

 private:
  void accept_all() {
    while (true) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      ++connections_;
      auto peer = std::make_unique<Peer>(fd, open_);
      threads_.emplace_back([this, peer = std::move(peer)]() mutable {
        serve_(*peer);
        peer.reset();
      });
    }
  }

  Serve serve_;
  bool ipv6_;
  int port_ = 0;
  int listener_;
  std::atomic<int> connections_{0};
  OpenSockets open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace xget::test
