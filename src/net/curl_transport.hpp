// CurlTransport: requests over libcurl's multi interface.
//
// - HTTP/1.1 unless a request allows HTTP/2; connections are kept and used again.
// - No redirects, netrc, content codings or proxies of libcurl's own choosing: what is sent and
//   where to is the caller's decision alone. libcurl adds "Accept: */*" and the user agent where
//   the request has none. Cookies are kept and sent only where the settings ask for it; then all
//   requests share them, and whose they are is libcurl's judgement (cookie_store.hpp).
// - A response's header is bounded; contradicting lengths end it as BadResponse before any body
// byte.
// - A paused transfer holds at most one receive buffer back, and libcurl reads no more meanwhile.
//   The end may be told while a transfer is paused, when no byte was left to hold back.
//
// Thread: loop, but for wake(). start() is never heard of before the next run().
#pragma once

#include <poll.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ports.hpp"

namespace xget::net {

struct TransportSettings {
  std::string user_agent;                     // empty: none is sent
  Milliseconds connect_timeout{15000};        // name, TCP, TLS and proxy of one attempt
  std::string cacert;                         // PEM file; empty: the system's
  std::string cert;                           // client certificate, PEM
  std::string key;                            // its key, PEM; empty: inside the certificate's file
  std::string pinned_public_key;              // file, or sha256//BASE64[;...]
  bool insecure = false;                      // no certificate checks; a pinned key still counts
  AddressFamily family = AddressFamily::Any;  // of names that libcurl looks up, as a proxy's
  std::string interface;                      // of this machine, or an address; empty: any
  int max_connections = 64;                   // idle and busy ones that are kept
  long buffer_size = 192L << 10;              // bytes read at once from one of few connections
  // What there is to begin with, as lines of Netscape's format; nullopt: no cookies at all.
  std::optional<std::vector<std::string>> cookies;
};

class CurlTransport final : public core::Transport {
 public:
  // The clock must outlive it.
  CurlTransport(core::Clock& clock, const TransportSettings& settings);
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  core::RequestId start(const core::HttpRequest& request,
                        core::TransferListener& listener) override;
  void cancel(core::RequestId id) override;
  void resume(core::RequestId id) override;
  std::optional<core::PathFacts> path(core::RequestId id) override;

  // The cookies that there are now, as lines of Netscape's format; some may have expired.
  [[nodiscard]] std::vector<std::string> cookies() const;

  // ---- for the Loop -------------------------------------------------------------------------

  // Something was asked for since the last run(): do not wait before the next one.
  [[nodiscard]] bool pending() const;
  // Moves every transfer on as far as it goes without waiting, and calls the listeners back.
  // True if one was called. Rethrows what a listener threw.
  bool run();
  // Waits for the network, wake(), one of `others` (events in, revents out) or the time.
  void wait(std::span<pollfd> others, Milliseconds at_most);
  // From any thread: ends a wait() that is under way, or else the next one.
  void wake();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace xget::net
