// The number of connections as a control loop, on a simulated path.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "core/auto_connections.hpp"

using namespace xget;
using namespace xget::core;

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr double kPacket = 1448;
constexpr double kUnlimited = 1e12;

// Rates in bytes per second.
struct PathShape {
  double bottleneck = kUnlimited;
  double buffer = 0;                  // bytes that queue before it
  double loss = 0;                    // of a packet, whatever the load
  double of_connection = kUnlimited;  // the server's cap on each
  double of_client = kUnlimited;      // the server's cap on all, without loss and queue
  int most_connections = 1000;        // beyond them: refused
  Duration round_trip = milliseconds(50);
};

// TCP as it shows to a receiver: slow start, then additive growth, and a step back at each loss.
struct Flow {
  double window = 10;  // packets a round trip
  double threshold = 1e9;
  Instant from;  // its first byte
  std::uint64_t out_of_order = 0;
  bool answered = false;
};

class SimulatedPath {
 public:
  SimulatedPath(PathShape shape, ConnectionPolicy& policy, unsigned seed)
      : shape_(shape), policy_(policy), random_(seed) {
    open_one();
  }

  PathShape& shape() { return shape_; }
  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] int connections() const { return static_cast<int>(flows_.size()); }
  [[nodiscard]] int refusals() const { return refusals_; }

  // Mean number of connections meanwhile.
  double run(Duration length) {
    double sum = 0;
    int steps = 0;
    for (const Instant end = now_ + length; now_ < end; ++steps) {
      step();
      sum += connections();
    }
    return sum / steps;
  }

  // How long until so many are open; at most `patience`.
  Duration until(int number, Duration patience) {
    const Instant begun = now_;
    while (connections() < number && now_ - begun < patience) step();
    return now_ - begun;
  }

 private:
  void open_one() {
    Flow flow;
    flow.from = now_ + 2 * shape_.round_trip;  // the handshake and the request
    flows_.push_back(flow);
  }

  void adapt() {
    const int wanted = policy_.target(now_);
    while (connections() > wanted) flows_.pop_back();  // its range has ended
    while (connections() < wanted) {
      if (connections() >= shape_.most_connections) {
        ++refusals_;
        policy_.on_refusal(connections(), Duration::zero(), now_);
        return;
      }
      open_one();
    }
  }

  void step() {
    const Duration tick = shape_.round_trip / 4;
    now_ += tick;
    int active = 0;
    for (Flow& flow : flows_) {
      if (now_ < flow.from) continue;
      ++active;
      if (!std::exchange(flow.answered, true)) policy_.on_answer(active, shape_.round_trip, now_);
    }
    const double base = to_seconds(shape_.round_trip);
    double offered = 0;
    for (const Flow& flow : flows_) offered += flow.answered ? wish(flow, base) : 0;
    const double queue = std::clamp((offered - shape_.bottleneck) * base, 0.0, shape_.buffer);
    const bool overflows = (offered - shape_.bottleneck) * base > shape_.buffer;
    const double share = std::min({1.0, shape_.bottleneck / std::max(offered, 1.0),
                                   shape_.of_client / std::max(offered, 1.0)});
    const double round_trip = base + queue / shape_.bottleneck;
    for (Flow& flow : flows_) {
      if (!flow.answered) continue;
      const double bytes = wish(flow, base) * share * to_seconds(tick);
      const bool lost = move(flow, bytes / kPacket, overflows, to_seconds(tick) / round_trip);
      policy_.on_path(lost, {flow.out_of_order, from_seconds(round_trip), shape_.round_trip}, now_);
      policy_.on_bytes(static_cast<std::uint64_t>(bytes), active, now_);
    }
    adapt();
  }

  [[nodiscard]] double wish(const Flow& flow, double round_trip) const {
    return std::min(flow.window * kPacket / round_trip, shape_.of_connection);
  }

  bool move(Flow& flow, double packets, bool overflows, double round_trips) {
    const double survival = std::pow(1 - shape_.loss, packets);
    const bool unlucky = overflows && chance() < round_trips;
    const bool lost = unlucky || chance() > survival;
    const bool limited =
        flow.window * kPacket / to_seconds(shape_.round_trip) > 2 * shape_.of_connection;
    if (lost) {
      flow.out_of_order += 3;
      flow.threshold = flow.window = std::max(2.0, 0.7 * flow.window);
    } else if (!limited) {
      flow.window += (flow.window < flow.threshold ? flow.window : 1) * round_trips;
    }
    return lost;
  }

  double chance() { return std::uniform_real_distribution<double>(0, 1)(random_); }

  PathShape shape_;
  ConnectionPolicy& policy_;
  std::mt19937 random_;
  Instant now_{seconds(1)};
  std::vector<Flow> flows_;
  int refusals_ = 0;
};

unsigned seed_of_test() {
  const unsigned seed = GENERATE(1U, 2U, 3U, 4U, 5U);
  return seed;
}

}  // namespace

TEST_CASE("a clean path that one connection fills is not given more") {
  const unsigned seed = seed_of_test();
  CAPTURE(seed);
  AutoConnections policy(64);
  SimulatedPath path({.bottleneck = 60e6, .buffer = 4e6}, policy, seed);
  CHECK(path.run(seconds(4)) < 1.5);
  CHECK(path.run(seconds(60)) < 3);
}

TEST_CASE("a queue as short as slow start leaves it shows that the path is full") {
  const Duration round_trip = milliseconds(50);
  const auto most_wanted_behind = [&](Duration queue) {
    AutoConnections policy(64);
    Instant now{};
    int most = 0;
    policy.on_answer(1, round_trip, now);
    for (const Instant end = now + seconds(1); now < end; now += milliseconds(10)) {
      policy.on_path(false, {0, round_trip + queue, round_trip}, now);
      policy.on_bytes(600'000, 1, now);
      most = std::max(most, policy.target(now));
    }
    return most;
  };
  CHECK(most_wanted_behind(milliseconds(8)) == 1);
  CHECK(most_wanted_behind(milliseconds(3)) > 1);
}

TEST_CASE("where each connection is held down by loss many are opened within two seconds") {
  const unsigned seed = seed_of_test();
  CAPTURE(seed);
  AutoConnections policy(64);
  SimulatedPath path(
      {.bottleneck = 25e6, .buffer = 2e6, .loss = 0.005, .round_trip = milliseconds(100)}, policy,
      seed);
  CHECK(path.until(64, seconds(10)) < milliseconds(2500));
  CHECK(path.run(seconds(20)) > 40);
}

TEST_CASE("where the server caps each connection as many are opened as it bears") {
  const unsigned seed = seed_of_test();
  CAPTURE(seed);
  AutoConnections policy(64);
  SimulatedPath path({.of_connection = 2e6, .most_connections = 32, .round_trip = milliseconds(5)},
                     policy, seed);
  CHECK(path.until(32, seconds(10)) < seconds(2));
  CHECK(path.run(seconds(60)) > 24);
  CHECK(path.refusals() < 60);
}

TEST_CASE("where two connections fill the path, sixteen are not held") {
  const unsigned seed = seed_of_test();
  CAPTURE(seed);
  AutoConnections policy(64);
  SimulatedPath path({.bottleneck = 20e6, .buffer = 1e6, .of_connection = 10e6}, policy, seed);
  path.run(seconds(5));
  CHECK(path.run(seconds(60)) < 5);
}

TEST_CASE("where the server caps the client, many connections are not held") {
  const unsigned seed = seed_of_test();
  CAPTURE(seed);
  AutoConnections policy(64);
  SimulatedPath path({.of_client = 10e6}, policy, seed);
  path.run(seconds(5));
  CHECK(path.run(seconds(60)) < 5);
}

TEST_CASE("connections that stopped being of use are given up") {
  const unsigned seed = seed_of_test();
  CAPTURE(seed);
  AutoConnections policy(64);
  SimulatedPath path({.bottleneck = 20e6, .buffer = 1e6, .of_connection = 1e6}, policy, seed);
  path.run(seconds(20));
  CHECK(path.connections() >= 12);
  path.shape().of_connection = kUnlimited;
  path.run(seconds(240));
  CHECK(path.run(seconds(60)) < 8);
}

TEST_CASE("no more connections are asked for than the user allows") {
  AutoConnections policy(5);
  SimulatedPath path({.of_connection = 1e6}, policy, 1);
  for (int i = 0; i < 100; ++i) {
    path.run(milliseconds(100));
    REQUIRE(path.connections() <= 5);
  }
  CHECK(path.connections() == 5);
}

TEST_CASE("what is held back by us is no proof of anything") {
  AutoConnections policy(64);
  Instant now{seconds(1)};
  policy.on_answer(1, milliseconds(10), now);
  for (int i = 0; i < 1000; ++i) {
    now += milliseconds(20);
    policy.on_bytes(10'000, 1, now);
    policy.on_disturbance(now);
    REQUIRE(policy.target(now) == 1);
  }
}

TEST_CASE("past what may be had freely, a step needs a rate to be compared with") {
  AutoConnections policy(64);
  Instant now{seconds(1)};
  const Duration round_trip = milliseconds(100);
  const auto receive = [&](int active) {
    now += round_trip;
    policy.on_bytes(100'000, active, now);
  };
  policy.on_answer(1, round_trip, now);
  receive(1);
  policy.on_path(true, {3, round_trip, round_trip}, now);
  receive(1);
  REQUIRE(policy.target(now) == AutoConnections::kFreely);
  policy.on_disturbance(now);
  for (int active = 2; active <= AutoConnections::kFreely; ++active) {
    policy.on_answer(active, round_trip, now);
  }
  CHECK(policy.target(now) == AutoConnections::kFreely);
}

namespace {

// A lossy path on which a step from 32 connections to 128 has just been taken back: the 32 were
// young, and what they brought was all that the path can.
struct TakenBack {
  static constexpr std::uint64_t kFull = 2'500'000;  // what the path brings in a round trip

  TakenBack() {
    policy.on_answer(1, kRoundTrip, now);
    receive(50'000, 1);
    policy.on_path(true, {3, kRoundTrip, kRoundTrip}, now);
    receive(50'000, 1);
    answer_all(2);
    REQUIRE(policy.target(now) == 32);
    answer_all(9);
    while (policy.target(now) == 32) receive(kFull, 32);
    REQUIRE(policy.target(now) == 128);
    answer_all(33);
    while (policy.target(now) == 128) receive(kFull, 128);
    REQUIRE(policy.target(now) == 32);
  }

  void receive(std::uint64_t bytes, int active) {
    now += kRoundTrip;
    policy.on_bytes(bytes, active, now);
  }
  void answer_all(int from) {
    for (int active = from; active <= policy.target(now); ++active) {
      const int before = policy.target(now);
      policy.on_answer(active, kRoundTrip, now);
      if (policy.target(now) != before) return;
    }
  }

  static constexpr Duration kRoundTrip = milliseconds(100);
  AutoConnections policy{128};
  Instant now{seconds(1)};
};

}  // namespace

TEST_CASE_METHOD(TakenBack, "a step whose gain goes away with its connections is taken again") {
  for (int active = 128; active > 64; --active) {
    receive(kFull * static_cast<std::uint64_t>(active) / 128, active);
    if (policy.target(now) == 128) break;
  }
  CHECK(policy.target(now) == 128);
}

TEST_CASE_METHOD(TakenBack, "a step whose connections are not missed is not taken again") {
  for (int active = 128; active > 32; --active) {
    receive(kFull, active);
    REQUIRE(policy.target(now) == 32);
  }
}

TEST_CASE_METHOD(TakenBack, "a number is not compared with others before it is reached") {
  for (int i = 0; i < 100; ++i) {
    receive(kFull, 120);
    REQUIRE(policy.target(now) == 32);
  }
}
