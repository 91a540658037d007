// The loop's waiting, waking and deadlines.
#include <catch2/catch.hpp>
#include <thread>

#include "net/loop.hpp"
#include "net/system_clock.hpp"
#include "support/raw_server.hpp"
#include "support/recording_listener.hpp"

using namespace xget;
using namespace std::chrono_literals;
using test::NetworkUnderTest;

TEST_CASE("poll comes back at its deadline, not before and not much later") {
  net::SystemClock clock;
  net::Loop loop(clock, {});
  for (const Duration wait : {Duration{0}, Duration{1500us}, Duration{50ms}}) {
    const Instant start = clock.now();
    loop.poll(start + wait);
    CHECK(clock.now() - start >= wait);
    CHECK(clock.now() - start < wait + 100ms);
  }
}

TEST_CASE("a wake from another thread ends a poll, also one that has not begun") {
  net::SystemClock clock;
  net::Loop loop(clock, {});
  loop.wake();
  loop.poll(std::nullopt);
  const Instant start = clock.now();
  std::thread waker([&] {
    std::this_thread::sleep_for(20ms);
    loop.wake();
  });
  loop.poll(std::nullopt);
  waker.join();
  CHECK(clock.now() - start >= 15ms);
  CHECK(clock.now() - start < 5s);
}

TEST_CASE("an idle loop sleeps") {
  net::SystemClock clock;
  net::Loop loop(clock, {});
  const Instant end = clock.now() + 100ms;
  int polls = 0;
  for (; clock.now() < end; ++polls) loop.poll(end);
  CHECK(polls <= 5);
}

TEST_CASE("a request started from a callback begins without waiting") {
  test::RawServer server([](test::Peer& peer) {
    while (!peer.read_head().empty()) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  });
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = server.url();
  int left = 200;
  net.listener.answer_end = [&](core::RequestId) {
    if (--left > 0) net.loop.transport().start(request, net.listener);
  };
  const Instant start = net.clock.now();
  net.loop.transport().start(request, net.listener);
  net.run_until([&] { return left == 0; });
  CHECK(net.clock.now() - start < 1s);
  CHECK(server.connections() == 1);
}
