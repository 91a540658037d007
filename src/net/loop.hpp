// Loop: the one place that waits. Transfers, name lookups and wake-ups from other threads all end
// its wait, and their callbacks run inside poll().
//
//   while (!done) { decide; loop.poll(next_deadline); }
//
// Thread: everything on one, but for wake().
#pragma once

#include <poll.h>

#include <optional>
#include <vector>

#include "core/ports.hpp"
#include "net/ares_resolver.hpp"
#include "net/curl_transport.hpp"

namespace xget::net {

class Loop {
 public:
  // The clock must outlive the loop. The first Loop of a process initialises libcurl.
  Loop(core::Clock& clock, const TransportSettings& settings, ResolverSettings resolver = {});

  core::Transport& transport() { return transport_; }
  [[nodiscard]] std::vector<std::string> cookies() const { return transport_.cookies(); }
  core::Resolver& resolver() { return resolver_; }

  // Begins what was asked for, waits for news or until `until` (nullopt: for news alone), then
  // runs the callbacks. Comes back without waiting when beginning already called someone back. May
  // come back without any news. What a callback throws comes out here.
  void poll(std::optional<Instant> until);

  // Ends a poll() that is waiting, or else the next one. Any thread.
  void wake() { transport_.wake(); }

 private:
  [[nodiscard]] Milliseconds time_left(std::optional<Instant> until) const;

  core::Clock& clock_;
  CurlTransport transport_;
  AresResolver resolver_;
  std::vector<pollfd> sockets_;
};

}  // namespace xget::net
