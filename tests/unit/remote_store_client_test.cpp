// A question to a store is asked until it is answered, or can't be.
#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "remote/store_client.hpp"
#include "remote/text_body.hpp"
#include "support/fake_credentials.hpp"
#include "support/fake_network.hpp"

using namespace xget;
using namespace std::chrono_literals;
using core::TransferStatus;
using remote::StoreTrouble;

namespace {

struct NoChance final : core::Random {
  std::uint64_t next() override { return 0; }
};

struct Body final : core::RequestBody {
  [[nodiscard]] std::uint64_t size() const override { return 4; }
  Result<std::size_t> read_at(std::uint64_t, std::span<std::byte>) override { return 0U; }
};

struct Fixture {
  remote::StoreClient::QuestionId ask(remote::StoreQuestion question = {}) {
    question.operation = "list";
    question.subject = "s3://bucket";
    const auto id = client.ask(bucket, std::move(question), [this](remote::StoreOutcome outcome) {
      outcomes.push_back(outcome);
    });
    client.on_time(clock.now());
    return id;
  }
  void answer(int status, const std::string& body, std::vector<core::Header> headers = {}) {
    const core::RequestId id = wire.newest();
    REQUIRE(id != 0);
    wire.head(id, status, std::move(headers));
    if (!body.empty()) wire.body(id, body);
    wire.end(id, TransferStatus::Ok);
  }
  void refuse(int status, const std::string& code) {
    answer(status, "<Error><Code>" + code + "</Code></Error>");
  }
  // Goes on to what comes next.
  void wait() {
    const auto at = client.next_deadline();
    REQUIRE(at.has_value());
    clock.pass(std::max(Duration::zero(), *at - clock.now()));
    client.on_time(clock.now());
  }

  test::FakeClock clock;
  test::FakeTransport wire;
  NoChance random;
  std::shared_ptr<test::FakeCredentials> credentials = std::make_shared<test::FakeCredentials>();
  std::shared_ptr<remote::BucketAccess> bucket = std::make_shared<remote::BucketAccess>(
      remote::BucketSettings{.endpoint = {}, .bucket = "bucket"}, credentials, clock);
  remote::StoreClient client{{.way = {}, .retry = {.failures = 3}, .stall_timeout = 30s},
                             {wire, clock, random}};
  std::vector<remote::StoreOutcome> outcomes;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an answer comes whole, however many pieces it has") {
  ask({.asked = {.query = {{"list-type", "2"}}}});
  CHECK(wire.request(wire.newest()).url ==
        "https://bucket.s3.us-east-1.amazonaws.com/?list-type=2");
  const core::RequestId id = wire.newest();
  wire.head(id, 200, {{"ETag", "\"e\""}});
  wire.body(id, "one ");
  wire.body(id, "two");
  wire.end(id, TransferStatus::Ok);
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0]->body == "one two");
  CHECK(outcomes[0]->head.find("ETag") == "\"e\"");
}

TEST_CASE_METHOD(Fixture, "what may pass is asked again after growing waits, and then given up") {
  int told = 0;
  ask({.on_retry = [&](const core::Failure&, Duration) { ++told; }});
  Duration last{};
  for (int failures = 0; failures < 3; ++failures) {
    refuse(500, "InternalError");
    REQUIRE(outcomes.empty());
    const Instant before = clock.now();
    wait();
    CHECK(clock.now() - before > last);
    last = clock.now() - before;
  }
  refuse(500, "InternalError");
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].error().error.code == ErrorCode::Network);
  CHECK(told == 3);
}

TEST_CASE_METHOD(Fixture, "a store that names a time to come back is given that time") {
  ask();
  answer(503, "<Error><Code>SlowDown</Code></Error>", {{"Retry-After", "20"}});
  CHECK(*client.next_deadline() - clock.now() >= 20s);
}

TEST_CASE_METHOD(Fixture, "a final refusal is told at once, with its trouble") {
  ask();
  refuse(404, "NoSuchBucket");
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].error().trouble == StoreTrouble::NoBucket);
  CHECK(outcomes[0].error().error.code == ErrorCode::Refused);
  CHECK(to_string(outcomes[0].error().error).starts_with("list s3://bucket: NoSuchBucket"));
}

TEST_CASE_METHOD(Fixture, "what must not be done twice is not asked again once it may be done") {
  ask({.repeatable = false});
  SECTION("after a lost answer") {
    wire.end(wire.newest(), TransferStatus::Broken);
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].error().may_be_done);
  }
  SECTION("after a silence") {
    wait();
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].error().may_be_done);
  }
  SECTION("but where no connection came about it was never asked") {
    wire.end(wire.newest(), TransferStatus::ConnectFailed);
    CHECK(outcomes.empty());
    wait();
    CHECK(wire.newest() != 0);
  }
  SECTION("and a refusal is no doubt") {
    refuse(403, "AccessDenied");
    REQUIRE(outcomes.size() == 1);
    CHECK_FALSE(outcomes[0].error().may_be_done);
  }
}

TEST_CASE_METHOD(Fixture, "a request that stands still is given up, and one that moves is not") {
  ask({.body = std::make_shared<Body>()});
  const core::RequestId id = wire.newest();
  for (int i = 0; i < 5; ++i) {
    clock.pass(20s);
    std::array<std::byte, 1> byte{};
    REQUIRE(wire.request(id).body->read_at(0, byte).has_value());
    client.on_time(clock.now());
  }
  CHECK(wire.newest() == id);
  clock.pass(31s);
  client.on_time(clock.now());
  CHECK(wire.newest() == 0);
  wait();
  CHECK(wire.newest() > id);
}

TEST_CASE("what is sent keeps to the rate limit, and is not taken for silent meanwhile") {
  test::FakeClock clock;
  test::FakeTransport wire;
  NoChance random;
  core::RateLimits limits(1000, {0, {}});
  const auto bucket = std::make_shared<remote::BucketAccess>(
      remote::BucketSettings{.endpoint = {}, .bucket = "bucket"},
      std::make_shared<test::FakeCredentials>(), clock);
  remote::StoreClient client({.way = {}, .retry = {}, .stall_timeout = 5s},
                             {wire, clock, random, &limits});
  client.ask(bucket,
             {.asked = {.method = core::Method::Put, .key = "k"},
              .body = std::make_shared<remote::TextBody>(std::string(20'000, 'x'))},
             [](const remote::StoreOutcome&) {});
  client.on_time(clock.now());
  const auto body = wire.request(wire.newest()).body;
  std::array<std::byte, 10'000> into{};
  CHECK(body->read_at(0, into) == 10'000U);
  CHECK(body->read_at(10'000, into) == 0U);
  for (int second = 0; second < 9; ++second) {
    clock.pass(1s);
    client.on_time(clock.now());
    CHECK(wire.newest() != 0);
    CHECK(body->read_at(10'000, into) == 0U);
  }
  clock.pass(2s);
  CHECK(client.next_deadline() <= clock.now() + 50ms);
  client.on_time(clock.now());
  CHECK(body->read_at(10'000, into) == 10'000U);
}

TEST_CASE_METHOD(Fixture, "an answer without end is given up") {
  ask({.largest_answer = 10});
  wire.head(wire.newest(), 200, {});
  wire.body(wire.newest(), "more than ten bytes");
  REQUIRE(outcomes.size() == 1);
  CHECK_FALSE(outcomes[0].has_value());
}

TEST_CASE_METHOD(Fixture, "a bucket elsewhere is asked there without a wait") {
  ask();
  answer(301, "", {{"x-amz-bucket-region", "eu-west-1"}});
  CHECK(client.next_deadline() == clock.now());
  wait();
  CHECK(wire.request(wire.newest()).url == "https://bucket.s3.eu-west-1.amazonaws.com/");
}

TEST_CASE_METHOD(Fixture, "credentials are waited for, and got anew once they have ended") {
  credentials->known.reset();
  ask();
  CHECK(wire.newest() == 0);
  credentials->come({});
  wait();
  refuse(400, "ExpiredToken");
  CHECK(outcomes.empty());
  SECTION("others come") {
    credentials->come({});
    wait();
    CHECK(wire.newest() != 0);
  }
  SECTION("none come") {
    credentials->come(fail({.code = ErrorCode::Usage, .cause = "sign in first"}));
    wait();
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].error().error.cause == "sign in first");
  }
}

TEST_CASE_METHOD(Fixture, "a key that cannot be asked for is told when the loop turns") {
  client.ask(bucket, {.asked = {.key = "a/../b"}},
             [this](remote::StoreOutcome outcome) { outcomes.push_back(outcome); });
  CHECK(outcomes.empty());
  wait();
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].error().error.code == ErrorCode::Usage);
}

TEST_CASE_METHOD(Fixture, "what is cancelled is answered no more, at whatever moment") {
  const auto id = ask();
  SECTION("while it is asked") {}
  SECTION("while it waits") { refuse(500, "InternalError"); }
  client.cancel(id);
  CHECK(wire.newest() == 0);
  CHECK_FALSE(client.next_deadline().has_value());
  CHECK(outcomes.empty());
}
