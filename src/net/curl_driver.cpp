#include "net/curl_driver.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace xget::net {

void CurlDriver::drive(CURLM* multi) {
  multi_ = multi;
  curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, &CurlDriver::on_socket);
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, &CurlDriver::on_timer);
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, this);
}

void CurlDriver::wait(std::span<pollfd> others, Milliseconds at_most) {
  if (due_) {
    // Rounded up, or the last millisecond would be spent spinning.
    const auto left = std::chrono::ceil<Milliseconds>(*due_ - clock_.now());
    at_most = std::clamp(left, Milliseconds::zero(), at_most);
  }
  news_ = waiter_.wait(others, at_most);
}

CURLMcode CurlDriver::act() {
  int running = 0;
  for (const SocketWaiter::News& news : std::exchange(news_, {})) {
    const int bits = (news.readable ? CURL_CSELECT_IN : 0) | (news.writable ? CURL_CSELECT_OUT : 0);
    const CURLMcode code = curl_multi_socket_action(multi_, news.socket, bits, &running);
    if (code != CURLM_OK) return code;
  }
  if (!due_ || clock_.now() < *due_) return CURLM_OK;
  due_.reset();  // libcurl names the next one from inside
  return curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
}

// libcurl keeps `known` with the socket for as long as it is watched.
int CurlDriver::on_socket(CURL*, curl_socket_t socket, int what, void* self, void* known) {
  auto* driver = static_cast<CurlDriver*>(self);
  if (what == CURL_POLL_REMOVE) {
    driver->waiter_.forget(socket);
    return 0;
  }
  if (!driver->waiter_.watch(socket, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0,
                             known != nullptr))
    return -1;
  if (known == nullptr) curl_multi_assign(driver->multi_, socket, driver);
  return 0;
}

int CurlDriver::on_timer(CURLM*, long wait_ms, void* self) {
  auto* driver = static_cast<CurlDriver*>(self);
  if (wait_ms < 0)
    driver->due_.reset();
  else
    driver->due_ = driver->clock_.now() + Milliseconds(wait_ms);
  return 0;
}

}  // namespace xget::net
