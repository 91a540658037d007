// A DNS server on 127.0.0.1 (RFC 1035, UDP) that answers A and AAAA questions from a table.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace xget::test {

class NameServer {
 public:
  NameServer() {
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), length) != 0)
      throw std::runtime_error("no UDP socket on loopback");
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    const timeval tick{0, 20'000};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &tick, sizeof tick);
    thread_ = std::thread([this] { serve(); });
  }
  ~NameServer() {
    ended_ = true;
    thread_.join();
    close(socket_);
  }
  NameServer(const NameServer&) = delete;
  NameServer& operator=(const NameServer&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] int questions() const { return questions_; }
  void fall_silent(bool silent) { silent_ = silent; }
  void ignore_ipv6(bool ignore) { ipv6_ignored_ = ignore; }  // questions for AAAA records
  void put(const std::string& host, std::vector<std::string> addresses) {
    const std::lock_guard lock(mutex_);
    table_[host] = std::move(addresses);
  }

 private:
  static constexpr std::size_t kHeader = 12;

  void serve() {
    while (!ended_) {
      std::array<char, 512> buffer{};
      sockaddr_in from{};
      socklen_t length = sizeof from;
      const ssize_t count = recvfrom(socket_, buffer.data(), buffer.size(), 0,
                                     reinterpret_cast<sockaddr*>(&from), &length);
      if (count <= static_cast<ssize_t>(kHeader)) continue;
      ++questions_;
      if (silent_) continue;
      const std::string question(buffer.data(), static_cast<std::size_t>(count));
      if (ipv6_ignored_ && asks_for_ipv6(question)) continue;
      const std::string reply = answer(question);
      sendto(socket_, reply.data(), reply.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
    }
  }

  static bool asks_for_ipv6(const std::string& question) {
    const std::size_t root = question.find('\0', kHeader);
    return question.at(root + 2) == 28;
  }

  std::string answer(const std::string& question) {
    std::string host;
    std::size_t at = kHeader;
    while (question.at(at) != 0) {
      const auto label = static_cast<std::size_t>(question[at]);
      host += (host.empty() ? "" : ".") + question.substr(at + 1, label);
      at += label + 1;
    }
    const std::size_t end = at + 5;  // the root label, type and class
    const bool ipv6 = asks_for_ipv6(question);
    const std::lock_guard lock(mutex_);
    const auto known = table_.find(host);
    std::string records;
    char count = 0;
    if (known != table_.end()) {
      for (const std::string& address : known->second) {
        std::array<char, 16> raw{};
        if (inet_pton(ipv6 ? AF_INET6 : AF_INET, address.c_str(), raw.data()) != 1) continue;
        const std::size_t size = ipv6 ? 16 : 4;
        records += std::string("\xc0\x0c\0", 3) + (ipv6 ? '\x1c' : '\x01') +
                   std::string("\0\x01\0\0\0\x3c\0", 7) + static_cast<char>(size) +
                   std::string(raw.data(), size);
        ++count;
      }
    }
    const char status = known == table_.end() ? '\x83' : '\x80';
    return question.substr(0, 2) + '\x81' + status + std::string("\0\x01\0", 3) + count +
           std::string(4, '\0') + question.substr(kHeader, end - kHeader) + records;
  }

  int socket_ = -1;
  int port_ = 0;
  std::atomic<int> questions_{0};
  std::atomic<bool> silent_{false};
  std::atomic<bool> ipv6_ignored_{false};
  std::atomic<bool> ended_{false};
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> table_;
  std::thread thread_;
};

}  // namespace xget::test
