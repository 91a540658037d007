// CurlDriver: tells libcurl what happened on the sockets that it waits for, and that its time came.
// For net/ alone: this header brings curl.h.
//
// It is libcurl's "multi socket" interface: the sockets are named once, not at each wait, and only
// the transfers with news are moved on. Over 64 slow connections (100 MiB/s in all)
// curl_multi_poll, which asks every transfer for its sockets at each wait, cost 1.4 times the CPU
// of all else.
//
// Thread: loop, but for wake().
#pragma once

#include <curl/curl.h>

#include <optional>
#include <span>

#include "core/ports.hpp"
#include "net/socket_waiter.hpp"

namespace xget::net {

class CurlDriver {
 public:
  // The clock must outlive it.
  explicit CurlDriver(core::Clock& clock) : clock_(clock) {}
  CurlDriver(const CurlDriver&) = delete;
  CurlDriver& operator=(const CurlDriver&) = delete;

  // The driver must outlive the multi handle, whose end forgets sockets.
  void drive(CURLM* multi);

  // Waits for the network, wake(), one of `others` (events in, revents out) or the time.
  void wait(std::span<pollfd> others, Milliseconds at_most);
  // From any thread: ends a wait() that is under way, or else the next one.
  void wake() { waiter_.wake(); }

  // Moves on what the last wait() brought news of, and what is due. Listeners are called from
  // inside it.
  CURLMcode act();

 private:
  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* known);
  static int on_timer(CURLM* multi, long wait_ms, void* self);

  core::Clock& clock_;
  CURLM* multi_ = nullptr;
  SocketWaiter waiter_;
  std::span<const SocketWaiter::News> news_;  // of the last wait
  std::optional<Instant> due_;                // libcurl wants to be called then
};

}  // namespace xget::net
