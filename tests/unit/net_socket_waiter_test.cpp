// What a wait tells of sockets, of wake-ups and of what is waited for besides.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "net/socket_waiter.hpp"

using namespace xget;
using namespace std::chrono_literals;
using net::SocketWaiter;

namespace {

constexpr Milliseconds kLong = 10s;

struct Pair {
  Pair() {
    std::array<int, 2> both{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) == 0);
    near = Descriptor(both[0]);
    far = Descriptor(both[1]);
  }
  void send_from_far() const { REQUIRE(write(far.get(), "x", 1) == 1); }
  void receive_near() const {
    char one = 0;
    REQUIRE(read(near.get(), &one, 1) == 1);
  }

  Descriptor near, far;
};

}  // namespace

TEST_CASE("a socket is told of in the directions that it is watched for") {
  SocketWaiter waiter;
  const Pair pair;
  REQUIRE(waiter.watch(pair.near.get(), true, false, false));
  CHECK(waiter.wait({}, 0ms).empty());
  pair.send_from_far();
  auto news = waiter.wait({}, kLong);
  REQUIRE(news.size() == 1);
  CHECK(news[0].socket == pair.near.get());
  CHECK(news[0].readable);
  CHECK_FALSE(news[0].writable);

  REQUIRE(waiter.watch(pair.near.get(), false, true, true));
  news = waiter.wait({}, kLong);
  REQUIRE(news.size() == 1);
  CHECK_FALSE(news[0].readable);
  CHECK(news[0].writable);
}

TEST_CASE("what is not read yet is told again by the next wait") {
  SocketWaiter waiter;
  const Pair pair;
  REQUIRE(waiter.watch(pair.near.get(), true, false, false));
  pair.send_from_far();
  CHECK(waiter.wait({}, kLong).size() == 1);
  CHECK(waiter.wait({}, 0ms).size() == 1);
  pair.receive_near();
  CHECK(waiter.wait({}, 0ms).empty());
}

TEST_CASE("the other side's end is both readable and writable") {
  SocketWaiter waiter;
  Pair pair;
  REQUIRE(waiter.watch(pair.near.get(), true, false, false));
  pair.far = Descriptor();
  const auto news = waiter.wait({}, kLong);
  REQUIRE(news.size() == 1);
  CHECK(news[0].readable);
  CHECK(news[0].writable);
}

TEST_CASE("a forgotten socket is told of no more, and may be watched again") {
  SocketWaiter waiter;
  const Pair pair;
  REQUIRE(waiter.watch(pair.near.get(), true, false, false));
  pair.send_from_far();
  waiter.forget(pair.near.get());
  CHECK(waiter.wait({}, 0ms).empty());
  REQUIRE(waiter.watch(pair.near.get(), true, false, false));
  CHECK(waiter.wait({}, kLong).size() == 1);
}

TEST_CASE("a closed descriptor cannot be watched") {
  SocketWaiter waiter;
  CHECK_FALSE(waiter.watch(-1, true, false, false));
}

TEST_CASE("what is waited for besides ends a wait, and so does a socket then") {
  SocketWaiter waiter;
  const Pair watched;
  const Pair besides;
  REQUIRE(waiter.watch(watched.near.get(), true, false, false));
  std::vector<pollfd> others{{besides.near.get(), POLLIN, 0}};

  besides.send_from_far();
  CHECK(waiter.wait(others, kLong).empty());
  CHECK(others[0].revents == POLLIN);

  besides.receive_near();
  watched.send_from_far();
  CHECK(waiter.wait(others, kLong).size() == 1);
  CHECK(others[0].revents == 0);
}

TEST_CASE("a wake ends a wait once, whether it came before or meanwhile") {
  SocketWaiter waiter;
  waiter.wake();
  waiter.wake();
  CHECK(waiter.wait({}, kLong).empty());
  std::thread waker([&] { waiter.wake(); });
  CHECK(waiter.wait({}, kLong).empty());  // not before the thread has woken it
  waker.join();

  const Pair pair;
  REQUIRE(waiter.watch(pair.near.get(), true, false, false));
  pair.send_from_far();
  waiter.wake();
  CHECK(waiter.wait({}, kLong).size() == 1);
}

TEST_CASE("more sockets with news than one wait tells of all get their turn") {
  SocketWaiter waiter;
  std::vector<Pair> pairs(300);
  for (const Pair& pair : pairs) {
    REQUIRE(waiter.watch(pair.near.get(), true, false, false));
    pair.send_from_far();
  }
  std::size_t told = 0;
  for (int waits = 0; waits < 2; ++waits) {
    for (const SocketWaiter::News& news : waiter.wait({}, kLong)) {
      char one = 0;
      REQUIRE(read(news.socket, &one, 1) == 1);
      ++told;
    }
  }
  CHECK(told == pairs.size());
}
