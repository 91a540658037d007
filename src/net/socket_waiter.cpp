#include "net/socket_waiter.hpp"

#include <sys/eventfd.h>

#include <cstdint>
#include <system_error>
#include <vector>

namespace xget::net {
namespace {

Descriptor required(int number, const char* call) {
  if (number < 0) throw std::system_error(errno, std::generic_category(), call);
  return Descriptor(number);
}

}  // namespace

SocketWaiter::SocketWaiter()
    : set_(required(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      alarm_(required(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  if (!watch(alarm_.get(), true, false, false))
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

bool SocketWaiter::watch(int socket, bool readable, bool writable, bool known) {
  epoll_event event{};
  event.events = (readable ? EPOLLIN : 0U) | (writable ? EPOLLOUT : 0U);
  event.data.fd = socket;
  return epoll_ctl(set_.get(), known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) == 0;
}

void SocketWaiter::forget(int socket) {
  epoll_event ignored{};
  epoll_ctl(set_.get(), EPOLL_CTL_DEL, socket, &ignored);
}

std::span<const SocketWaiter::News> SocketWaiter::wait(std::span<pollfd> others,
                                                       Milliseconds at_most) {
  const int ms = static_cast<int>(at_most.count());
  const int count = others.empty() ? epoll_wait(set_.get(), events_.data(), kMostAtOnce, ms)
                                   : wait_for_both(others, ms);
  std::size_t told = 0;
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events_[i];
    if (event.data.fd == alarm_.get()) {
      std::uint64_t times = 0;
      [[maybe_unused]] const ssize_t read = ::read(alarm_.get(), &times, sizeof times);
      continue;
    }
    constexpr std::uint32_t kBoth = EPOLLERR | EPOLLHUP;
    news_[told++] = {event.data.fd, (event.events & (EPOLLIN | kBoth)) != 0,
                     (event.events & (EPOLLOUT | kBoth)) != 0};
  }
  return {news_.data(), told};
}

// The set is a descriptor that can be waited for itself.
int SocketWaiter::wait_for_both(std::span<pollfd> others, int at_most_ms) {
  std::vector<pollfd> all(others.begin(), others.end());
  all.push_back({set_.get(), POLLIN, 0});
  if (poll(all.data(), all.size(), at_most_ms) <= 0) return 0;
  for (std::size_t i = 0; i < others.size(); ++i) others[i].revents = all[i].revents;
  return all.back().revents == 0 ? 0 : epoll_wait(set_.get(), events_.data(), kMostAtOnce, 0);
}

void SocketWaiter::wake() {
  const std::uint64_t once = 1;
  [[maybe_unused]] const ssize_t written = ::write(alarm_.get(), &once, sizeof once);
}

}  // namespace xget::net
