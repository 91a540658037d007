#include "net/loop.hpp"

#include <algorithm>
#include <utility>

namespace xget::net {
namespace {

// The longest wait handed to the system; poll() may come back for nothing.
constexpr Milliseconds kLongestWait = std::chrono::hours(1);

}  // namespace

Loop::Loop(core::Clock& clock, const TransportSettings& settings, ResolverSettings resolver)
    : clock_(clock),
      transport_(clock, settings),
      resolver_(
          clock, [this] { wake(); }, std::move(resolver)) {}

void Loop::poll(std::optional<Instant> until) {
  if (transport_.pending() && transport_.run()) {
    resolver_.run();  // so that transfers that are resumed all the time cannot starve it
    return;
  }
  Milliseconds at_most = resolver_.pending() ? Milliseconds::zero() : time_left(until);
  sockets_.clear();
  resolver_.prepare_wait(sockets_, at_most);
  transport_.wait(sockets_, at_most);
  transport_.run();
  resolver_.run();
}

// Rounded up: rounded down, the last millisecond before a deadline would be spent spinning.
Milliseconds Loop::time_left(std::optional<Instant> until) const {
  if (!until) return kLongestWait;
  const Instant now = clock_.now();
  if (*until <= now)
    return Milliseconds::zero();  // it may lie so far back that no Duration holds it
  return std::chrono::ceil<Milliseconds>(std::min<Duration>(*until - now, kLongestWait));
}

}  // namespace xget::net
