#include "sim/sim_refresher.hpp"

#include <chrono>
#include <utility>

#include "sim/sim_server.hpp"

namespace xget::sim {

void SimRefresher::refresh(long status, std::function<void(Answer)> done) {
  world_.trace("a fresh URL is asked for", static_cast<std::uint64_t>(status));
  const Duration delay =
      world_.dice().between(std::chrono::milliseconds(5), std::chrono::milliseconds(2000));
  world_.after(delay, Owner::Process, [this, asked = ++asked_, done = std::move(done)] {
    if (asked == asked_) done(answer());
  });
}

core::UrlRefresher::Answer SimRefresher::answer() {
  if (!world_.dice().chance(fails_)) return {url_ + token_query(world_.wall_now()), {}};
  world_.trace("and nobody knows one");
  Error error;
  error.code = ErrorCode::Refused;
  error.operation = "refresh";
  error.subject = url_;
  error.cause = "nobody knows a fresh URL";
  return {fail(std::move(error)), {}};
}

}  // namespace xget::sim
