// A request whose answer is small is asked until there is one, or time is up.
#include <catch2/catch.hpp>
#include <string>

#include "remote/brief_request.hpp"
#include "support/fake_network.hpp"

using namespace xget;
using namespace std::chrono_literals;
using core::TransferStatus;

namespace {

struct NoChance final : core::Random {
  std::uint64_t next() override { return 0; }
};

struct Fixture {
  // Lets time pass until something is to be done.
  void wait() {
    const auto at = request.next_deadline();
    REQUIRE(at.has_value());
    clock.pass(std::max(Duration::zero(), *at - clock.now()));
    request.on_time(clock.now());
  }
  void begin() { request.on_time(clock.now()); }
  void answer(int status, const std::string& body, std::vector<core::Header> headers = {}) {
    const core::RequestId id = wire.newest();
    REQUIRE(id != 0);
    wire.head(id, status, std::move(headers));
    if (!body.empty()) wire.body(id, body);
    wire.end(id, TransferStatus::Ok);
    request.on_time(clock.now());
  }

  test::FakeClock clock;
  test::FakeTransport wire;
  NoChance random;
  remote::BriefRequest request{
      {.url = "http://host/"}, {.patience = 5s, .retry = {.failures = 2}}, {wire, clock, random}};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an answer is taken once, whatever its status but for those that pass") {
  begin();
  CHECK(request.take_outcome() == std::nullopt);
  SECTION("a success") { answer(200, "text"); }
  SECTION("a refusal") { answer(403, "text"); }
  const auto outcome = request.take_outcome();
  REQUIRE(outcome.has_value());
  REQUIRE(outcome->has_value());
  CHECK((*outcome)->body == "text");
  CHECK(request.take_outcome() == std::nullopt);
  CHECK(request.next_deadline() == std::nullopt);
}

TEST_CASE_METHOD(Fixture, "what may pass is asked again after a wait") {
  begin();
  SECTION("an overloaded server") { answer(503, "later"); }
  SECTION("a failing one") { answer(500, ""); }
  SECTION("a lost connection") {
    wire.end(wire.newest(), TransferStatus::Broken);
    request.on_time(clock.now());
  }
  CHECK(wire.newest() == 0);
  const Instant before = clock.now();
  wait();
  CHECK(clock.now() > before);
  answer(200, "text");
  CHECK(request.take_outcome().value()->body == "text");
}

TEST_CASE_METHOD(Fixture, "a server's own time to come back is kept to") {
  begin();
  answer(429, "", {{"Retry-After", "9"}});
  CHECK(*request.next_deadline() - clock.now() >= 9s);
}

TEST_CASE_METHOD(Fixture, "what fails too often is given up, with the last cause") {
  begin();
  for (int i = 0; i < 2; ++i) {
    answer(500, "");
    CHECK(request.take_outcome() == std::nullopt);
    wait();
  }
  answer(500, "");
  const auto outcome = request.take_outcome();
  REQUIRE(outcome.has_value());
  CHECK(outcome->error().cause == "HTTP status 500");
}

TEST_CASE_METHOD(Fixture, "who does not answer in time is cancelled") {
  begin();
  const core::RequestId first = wire.newest();
  wire.head(first, 200, {});
  wait();
  CHECK(wire.newest() == 0);
  wait();
  CHECK(wire.newest() > first);
}

TEST_CASE_METHOD(Fixture, "a brief answer without end is given up") {
  begin();
  wire.head(wire.newest(), 200, {});
  wire.body(wire.newest(), std::string(remote::kLargestBriefAnswer + 1, 'x'));
  request.on_time(clock.now());
  CHECK_FALSE(request.take_outcome().value().has_value());
}

TEST_CASE("a request that nobody waits for any more is cancelled") {
  test::FakeClock clock;
  test::FakeTransport wire;
  NoChance random;
  {
    remote::BriefRequest request{{.url = "http://host/"}, {.patience = 5s}, {wire, clock, random}};
    request.on_time(clock.now());
    CHECK(wire.newest() != 0);
  }
  CHECK(wire.newest() == 0);
}
