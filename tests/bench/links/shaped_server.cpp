// shaped_server: an HTTP/1.1 server of one file that holds what it promises of rates and limits,
// and can be a bad mirror. It prints its port, and serves until SIGTERM.
//
//   --file PATH               what every path names
//   --listen ADDRESS          127.0.0.1 unless said, IPv4
//   --port N                  a free one unless said
//   --congestion NAME         TCP's congestion control, as "cubic"; needs root for some
//   --rate B                  bytes of body a second, all connections together
//   --connection-rates B,B…   of each connection: the n-th place's rate is the n-th here, and then
//                             from the first again; a connection takes the first place that is free
//                             and keeps it until it is closed
//   --most-connections N      places; who asks beyond them gets 503
//   --freeze-after N          once it sent N bytes of body it says nothing more, to anybody
//   --as MIRROR               honest; wrong-bytes (one of 4096 is); other-version (all bytes and
//   the
//                             ETag); without-ranges (200, always); stalling (heads without a body)
//   --etag TEXT               without quotes
//
// At SIGTERM it prints what it served, as JSON. One thread.
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <span>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

#include "arguments.hpp"
#include "pacer.hpp"
#include "program.hpp"
#include "range_request.hpp"

namespace xget::bench {
namespace {

constexpr std::size_t kWrongEvery = 4096;

enum class Kind { Honest, WrongBytes, OtherVersion, WithoutRanges, Stalling };

Kind kind_named(const std::string& name) {
  if (name == "wrong-bytes") return Kind::WrongBytes;
  if (name == "other-version") return Kind::OtherVersion;
  if (name == "without-ranges") return Kind::WithoutRanges;
  if (name == "stalling") return Kind::Stalling;
  if (name == "honest") return Kind::Honest;
  errno = EINVAL;
  die("--as " + name);
}

struct Settings {
  std::string file;
  std::string listen;
  std::uint16_t port = 0;
  std::string congestion;
  double rate = 0;
  std::vector<double> connection_rates;
  std::size_t most_connections = 0;
  double freeze_after = 0;
  Kind kind = Kind::Honest;
  std::string etag;
};

Settings read_settings(Arguments& arguments) {
  Settings settings;
  settings.file = arguments.text("file", "");
  settings.listen = arguments.text("listen", "127.0.0.1");
  settings.port = static_cast<std::uint16_t>(arguments.number("port", 0));
  settings.congestion = arguments.text("congestion", "");
  settings.rate = arguments.number("rate", 0);
  std::istringstream rates(arguments.text("connection-rates", "0"));
  for (std::string rate; std::getline(rates, rate, ',');) {
    settings.connection_rates.push_back(arguments.parse_number("connection-rates", rate));
  }
  settings.most_connections = static_cast<std::size_t>(arguments.number("most-connections", 4096));
  settings.freeze_after = arguments.number("freeze-after", std::numeric_limits<double>::infinity());
  settings.kind = kind_named(arguments.text("as", "honest"));
  settings.etag = arguments.text("etag", "1");
  arguments.expect_no_more();
  return settings;
}

/// The file in memory, as this mirror has it. The file itself is not changed.
std::span<const char> load(const Settings& settings) {
  const int file = open(settings.file.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || fstat(file, &status) < 0) die(settings.file);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  if (mapped == MAP_FAILED) die(settings.file);
  close(file);
  const std::span<char> bytes(static_cast<char*>(mapped), size);
  const std::size_t step = settings.kind == Kind::WrongBytes     ? kWrongEvery
                           : settings.kind == Kind::OtherVersion ? 1
                                                                 : size;
  for (std::size_t at = step / 2; step < size && at < size; at += step) bytes[at] ^= 0x55;
  return bytes;
}

/// What one of the connections that may be open at once is given.
struct Place {
  explicit Place(double rate) : pacer(rate) {}
  Pacer pacer;
  bool taken = false;
};

struct Connection {
  explicit Connection(int the_socket) : socket(the_socket) {}

  int socket;
  Place* place = nullptr;  // from the first request on
  std::string input;       // of the request that is not complete, and what follows
  std::string head;        // what of the response's head is not sent
  ByteRange body;          // what of the body is not sent
  bool close_after = false;
  bool blocked = false;  // the socket takes no more for now

  bool answering() const { return !head.empty() || body.begin != body.end; }
};

class Server {
 public:
  Server(const Settings& settings, std::span<const char> bytes);
  std::uint16_t port() const;
  void run(const sigset_t& while_waiting);
  void print_counts() const;

 private:
  void wait(const sigset_t& while_waiting);
  void accept_all();
  /// False: the connection is to be closed.
  bool take_in(Connection& connection);
  bool answer_next(Connection& connection);
  void answer(Connection& connection, const RangeRequest& request);
  bool find_place(Connection& connection);
  bool give_out(Connection& connection, std::int64_t now);
  bool send_head(Connection& connection);
  void close_connection(int socket);
  bool frozen() const { return static_cast<double>(body_bytes_) >= settings_.freeze_after; }
  bool may_send(const Connection& connection) const;
  std::int64_t next_ns(const Connection& connection) const;

  const Settings& settings_;
  std::span<const char> bytes_;
  Pacer pacer_;
  std::vector<Place> places_;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;  // by socket
  std::vector<int> order_;  // whose turn it is: the first is sent to first
  int poll_ = -1;
  int listener_ = -1;
  std::uint64_t body_bytes_ = 0;         // that sockets took
  std::uint64_t body_bytes_unsent_ = 0;  // of those, by connections that are closed
  std::uint64_t accepted_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t refused_ = 0;
};

void watch(int poll, int socket, std::uint32_t what, int operation) {
  epoll_event event{};
  event.events = what;
  event.data.fd = socket;
  if (epoll_ctl(poll, operation, socket, &event) < 0) die("epoll_ctl");
}

/// What a socket took and the network never saw: of a connection that its client has reset too.
std::uint64_t unsent_bytes(int socket) {
  int bytes = 0;
  return ioctl(socket, SIOCOUTQNSD, &bytes) == 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

int open_listener(const Settings& settings) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const std::string& congestion = settings.congestion;
  if (!congestion.empty() && setsockopt(listener, IPPROTO_TCP, TCP_CONGESTION, congestion.data(),
                                        static_cast<socklen_t>(congestion.size())) < 0) {
    die("congestion control " + congestion);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(settings.port);
  if (inet_pton(AF_INET, settings.listen.c_str(), &address.sin_addr) != 1) die(settings.listen);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0 ||
      listen(listener, SOMAXCONN) < 0) {
    die(settings.listen);
  }
  return listener;
}

Server::Server(const Settings& settings, std::span<const char> bytes)
    : settings_(settings), bytes_(bytes), pacer_(settings.rate) {
  const auto& rates = settings.connection_rates;
  for (std::size_t i = 0; i < settings.most_connections; ++i) {
    places_.emplace_back(rates[i % rates.size()]);
  }
  poll_ = epoll_create1(EPOLL_CLOEXEC);
  listener_ = open_listener(settings);
  watch(poll_, listener_, EPOLLIN, EPOLL_CTL_ADD);
}

std::uint16_t Server::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void Server::run(const sigset_t& while_waiting) {
  while (end_was_asked_for == 0) {
    wait(while_waiting);
    const std::int64_t now = now_ns();
    for (const int socket : std::vector<int>(order_)) {
      if (!give_out(*connections_.at(socket), now)) close_connection(socket);
    }
    if (!order_.empty()) std::rotate(order_.begin(), order_.begin() + 1, order_.end());
  }
}

/// Until something comes in or may go out.
void Server::wait(const sigset_t& while_waiting) {
  const std::int64_t now = now_ns();
  std::int64_t until = now + kSecondNs;
  for (const auto& [socket, connection] : connections_) {
    if (may_send(*connection)) until = std::min(until, next_ns(*connection));
  }
  const std::int64_t pause = std::max<std::int64_t>(0, until - now);
  const timespec timeout{pause / kSecondNs, pause % kSecondNs};
  std::array<epoll_event, 64> events{};
  const int count = epoll_pwait2(poll_, events.data(), events.size(), &timeout, &while_waiting);
  if (count < 0 && errno != EINTR) die("epoll_pwait2");
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.fd == listener_) {
      accept_all();
      continue;
    }
    Connection& connection = *connections_.at(event.data.fd);
    if ((event.events & EPOLLOUT) != 0) {
      connection.blocked = false;
      watch(poll_, connection.socket, EPOLLIN, EPOLL_CTL_MOD);
    }
    if ((event.events & ~EPOLLOUT) != 0 && !take_in(connection)) close_connection(event.data.fd);
  }
}

void Server::accept_all() {
  while (true) {
    const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket < 0) return;
    ++accepted_;
    connections_.emplace(socket, std::make_unique<Connection>(socket));
    order_.push_back(socket);
    watch(poll_, socket, EPOLLIN, EPOLL_CTL_ADD);
  }
}

bool Server::take_in(Connection& connection) {
  std::array<char, 4096> buffer{};
  const ssize_t size = recv(connection.socket, buffer.data(), buffer.size(), 0);
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size == 0) return false;
  connection.input.append(buffer.data(), static_cast<std::size_t>(size));
  return answer_next(connection);
}

bool Server::answer_next(Connection& connection) {
  if (connection.answering()) return true;
  const auto end = connection.input.find("\r\n\r\n");
  if (end == std::string::npos) return connection.input.size() <= kMaxHeadBytes;
  const auto request = parse_request(connection.input.substr(0, end + 2));
  connection.input.erase(0, end + 4);
  if (!request) return false;
  answer(connection, *request);
  return true;
}

bool Server::find_place(Connection& connection) {
  if (connection.place != nullptr) return true;
  const auto place =
      std::find_if(places_.begin(), places_.end(), [](const Place& one) { return !one.taken; });
  if (place == places_.end()) return false;
  place->taken = true;
  connection.place = &*place;
  return true;
}

void Server::answer(Connection& connection, const RangeRequest& request) {
  ++requests_;
  if (!find_place(connection)) {
    ++refused_;
    connection.head =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    connection.close_after = true;
    return;
  }
  const Representation representation{bytes_.size(), settings_.etag,
                                      settings_.kind != Kind::WithoutRanges};
  Answer answer = answer_to(request, representation);
  connection.head = std::move(answer.head);
  connection.body = answer.body;
  connection.close_after = request.close;
}

bool Server::may_send(const Connection& connection) const {
  if (!connection.answering() || connection.blocked || frozen()) return false;
  return !connection.head.empty() || settings_.kind != Kind::Stalling;
}

std::int64_t Server::next_ns(const Connection& connection) const {
  if (connection.place == nullptr) return 0;
  return std::max(pacer_.next_ns(), connection.place->pacer.next_ns());
}

bool Server::give_out(Connection& connection, std::int64_t now) {
  if (!may_send(connection) || next_ns(connection) > now) return true;
  if (!connection.head.empty()) {
    if (!send_head(connection)) return false;
  } else {
    Pacer& pacer = connection.place->pacer;
    const std::size_t most = std::min(pacer.chunk_bytes(), pacer_.chunk_bytes());
    const std::size_t left = connection.body.end - connection.body.begin;
    const ssize_t sent =
        send(connection.socket, &bytes_[connection.body.begin], std::min(most, left), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent < 0) {
      connection.blocked = true;
      watch(poll_, connection.socket, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
      return true;
    }
    const auto bytes = static_cast<std::size_t>(sent);
    connection.body.begin += bytes;
    body_bytes_ += bytes;
    pacer.spend(bytes, now);
    pacer_.spend(bytes, now);
  }
  if (connection.answering()) return true;
  return !connection.close_after && answer_next(connection);
}

/// A head always fits into the socket of a client that reads.
bool Server::send_head(Connection& connection) {
  const auto size = static_cast<ssize_t>(connection.head.size());
  if (send(connection.socket, connection.head.data(), connection.head.size(), MSG_NOSIGNAL) != size)
    return false;
  connection.head.clear();
  return true;
}

void Server::close_connection(int socket) {
  const auto found = connections_.find(socket);
  if (found->second->place != nullptr) found->second->place->taken = false;
  body_bytes_unsent_ += unsent_bytes(socket);
  connections_.erase(found);
  std::erase(order_, socket);
  close(socket);
}

void Server::print_counts() const {
  std::uint64_t unsent = body_bytes_unsent_;
  for (const auto& [socket, connection] : connections_) unsent += unsent_bytes(socket);
  std::printf("{\"body_bytes\": %ju, \"connections\": %ju, \"requests\": %ju, \"refused\": %ju}\n",
              static_cast<std::uintmax_t>(body_bytes_ - unsent),
              static_cast<std::uintmax_t>(accepted_), static_cast<std::uintmax_t>(requests_),
              static_cast<std::uintmax_t>(refused_));
}

int main_of_server(Arguments arguments) {
  const Settings settings = read_settings(arguments);
  const sigset_t while_waiting = end_when_told();
  prctl(PR_SET_TIMERSLACK, 1);

  Server server(settings, load(settings));
  std::printf("%d\n", server.port());
  std::fflush(stdout);
  server.run(while_waiting);
  server.print_counts();
  return 0;
}

}  // namespace
}  // namespace xget::bench

int main(int argc, char** argv) {
  return xget::bench::main_of_server(xget::bench::Arguments(argc, argv));
}
