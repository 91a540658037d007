// SocketWaiter: waits for sockets that stay the same over many waits (epoll): a wait costs what the
// sockets with news cost, however many there are.
//
// Thread: one, but for wake().
#pragma once

#include <poll.h>
#include <sys/epoll.h>

#include <array>
#include <span>

#include "base/descriptor.hpp"
#include "xget/options.hpp"

namespace xget::net {

class SocketWaiter {
 public:
  struct News {
    int socket;
    bool readable;
    bool writable;
  };

  // Throws std::system_error where the process has no descriptor left.
  SocketWaiter();

  // From now on the socket is waited for in these directions, one at least. False: the system can
  // not. `known`: it is watched already.
  bool watch(int socket, bool readable, bool writable, bool known);
  // Before it is closed. One that is closed already is forgotten by itself.
  void forget(int socket);

  // Waits for news, wake(), one of `others` (events in, revents out) or the time. The news stand
  // until the next wait; an error or an end of the stream is both readable and writable.
  std::span<const News> wait(std::span<pollfd> others, Milliseconds at_most);

  // From any thread: ends a wait() that is under way, or else the next one.
  void wake();

 private:
  // More are told by the next wait, which the system begins with those that waited longest.
  static constexpr std::size_t kMostAtOnce = 256;

  int wait_for_both(std::span<pollfd> others, int at_most_ms);

  Descriptor set_;
  Descriptor alarm_;
  std::array<epoll_event, kMostAtOnce> events_{};
  std::array<News, kMostAtOnce> news_{};
};

}  // namespace xget::net
