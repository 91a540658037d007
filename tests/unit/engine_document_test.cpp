// Document over a Source of http: redirects, retries, limits, and what is never joined.
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/document.hpp"
#include "engine/document_task.hpp"
#include "engine/http_source.hpp"
#include "support/fake_network.hpp"

using namespace xget;
using namespace std::chrono_literals;
using core::TransferStatus;

namespace {

constexpr std::size_t kMost = 100'000;

struct NoDice final : core::Random {
  std::uint64_t next() override { return 0; }
};

struct Fixture {
  explicit Fixture(std::uint64_t rate = 0) : limits(rate, 0) {
    resolver.addresses["host.example"] = {"192.0.2.1"};
    resolver.addresses["other.example"] = {"192.0.2.2"};
    settings.kind = "Metalink";
    settings.most_bytes = kMost;
    settings.retry.failures = 2;
  }

  void begin() {
    document.emplace(
        settings, engine::DocumentPorts{clock, dice, limits}, source(),
        [this](const core::Failure& failure, Duration) { retried.push_back(failure.kind); });
    turn();
  }
  std::unique_ptr<core::Source> source() {
    return std::make_unique<engine::HttpSource>(
        engine::HttpSourceSettings{.url = *net::parse_url("https://host.example/file.meta4")},
        transport, resolver, clock);
  }
  // What the loop does, for as long as there is something to do without waiting.
  void turn() {
    do {
      document->on_time(clock.now());
      resolver.run();
      if (auto taken = document->take_result()) result = std::move(taken);
    } while (due(clock.now()));
  }
  [[nodiscard]] bool due(Instant now) const {
    const auto next = document->next_deadline();
    return next && *next <= now;
  }
  // Moves time to whatever is waited for.
  void wait() {
    const auto next = document->next_deadline();
    REQUIRE(next.has_value());
    clock.pass(*next - clock.now());
    turn();
  }
  void wait_for_request() {
    for (int i = 0; i < 20 && transport.newest() == 0; ++i) wait();
    REQUIRE(transport.newest() != 0);
  }
  core::RequestId answer(const std::vector<core::Header>& headers = {}, int status = 200) {
    const core::RequestId request = transport.newest();
    transport.head(request, status, headers);
    turn();
    return request;
  }
  core::Flow send(core::RequestId request, std::size_t bytes) {
    const auto flow = transport.body(request, bytes);
    turn();
    return flow;
  }
  void finish(core::RequestId request, TransferStatus status = TransferStatus::Ok) {
    transport.end(request, status);
    turn();
  }
  [[nodiscard]] Error error() const {
    REQUIRE(result.has_value());
    REQUIRE_FALSE(result->has_value());
    return result->error();
  }
  [[nodiscard]] std::size_t length() const {
    REQUIRE(result.has_value());
    REQUIRE(result->has_value());
    return (*result)->size();
  }

  test::FakeClock clock;
  test::FakeResolver resolver;
  test::FakeTransport transport;
  NoDice dice;
  core::RateLimits limits;
  engine::DocumentSettings settings;
  std::vector<core::FailureKind> retried;
  std::optional<engine::Document> document;
  std::optional<Result<std::string>> result;
};

// Has not begun yet.
struct BusyWorker final : core::Worker {
  void submit(std::function<void()> task, std::function<void()>) override {
    tasks.push_back(std::move(task));
  }
  std::vector<std::function<void()>> tasks;
};

struct LimitedFixture : Fixture {
  LimitedFixture() : Fixture(1000) {}
};

std::vector<core::Header> length_of(std::size_t bytes) {
  return {{"Content-Length", std::to_string(bytes)}};
}

bool has_range(const core::HttpRequest& request) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const core::Header& header) { return header.name == "Range"; });
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a document is asked for as a whole and comes as a text") {
  begin();
  CHECK_FALSE(has_range(transport.request(transport.newest())));
  const auto request = answer(length_of(3000));
  send(request, 2000);
  send(request, 1000);
  CHECK_FALSE(result.has_value());
  finish(request);
  CHECK(length() == 3000);
  CHECK_FALSE(document->next_deadline().has_value());
}

TEST_CASE_METHOD(Fixture, "a document of unknown length and an empty one are documents too") {
  begin();
  const auto request = answer();
  const std::size_t bytes = GENERATE(0, 70'000);
  if (bytes > 0) send(request, bytes);
  finish(request);
  CHECK(length() == bytes);
}

TEST_CASE_METHOD(Fixture, "a document may be where a redirect leads") {
  begin();
  answer({{"Location", "https://other.example/x"}}, 302);
  resolver.run();
  turn();
  CHECK(transport.request(transport.newest()).url == "https://other.example/x");
  const auto request = answer(length_of(5));
  send(request, 5);
  finish(request);
  CHECK(length() == 5);
}

TEST_CASE_METHOD(Fixture, "a document that is cut short begins anew, and nothing of it is joined") {
  begin();
  const auto first = answer(length_of(3000));
  send(first, 2000);
  finish(first, TransferStatus::CutShort);
  CHECK(retried == std::vector{core::FailureKind::CutShort});
  wait_for_request();
  CHECK_FALSE(has_range(transport.request(transport.newest())));
  const auto second = answer(length_of(1500));
  send(second, 1500);
  finish(second);
  CHECK(length() == 1500);
}

TEST_CASE_METHOD(Fixture, "a document's failures are counted, and the last one is told") {
  begin();
  for (int i = 0; i < 3; ++i) {
    wait_for_request();
    answer({}, 503);
  }
  CHECK(retried.size() == 2);
  CHECK(error().code == ErrorCode::Network);
  CHECK(error().operation == "fetch the Metalink");
  CHECK(error().subject == "https://host.example/file.meta4");
  CHECK(error().number == 503);
}

TEST_CASE_METHOD(Fixture, "a document that is not there is asked for once") {
  begin();
  answer({}, 404);
  CHECK(retried.empty());
  CHECK(error().code == ErrorCode::Refused);
  CHECK(error().number == 404);
}

TEST_CASE_METHOD(Fixture, "a document that is announced as too large is not read at all") {
  begin();
  answer(length_of(kMost + 1));
  CHECK(error().code == ErrorCode::Refused);
  CHECK(error().cause == "it is larger than 97.7 KiB, the most that is taken for a Metalink");
  CHECK(transport.newest() == 0);
}

TEST_CASE_METHOD(Fixture, "a document that turns out to be too large is left at its limit") {
  begin();
  const auto request = answer();
  send(request, kMost);
  CHECK_FALSE(result.has_value());
  CHECK(send(request, 1) == core::Flow::Pause);
  CHECK(error().code == ErrorCode::Refused);
  CHECK(transport.newest() == 0);
}

TEST_CASE_METHOD(Fixture, "a document of exactly the limit is taken") {
  begin();
  const auto request = answer(length_of(kMost));
  send(request, kMost);
  finish(request);
  CHECK(length() == kMost);
}

TEST_CASE_METHOD(Fixture, "a document that stalls before or after its head is asked for again") {
  begin();
  const bool with_head = GENERATE(false, true);
  if (with_head) send(answer(length_of(5000)), 3000);
  const Instant began = clock.now();
  while (retried.empty()) wait();
  CHECK(retried == std::vector{core::FailureKind::Stall});
  CHECK(clock.now() - began <= 35s);
  wait_for_request();
  const auto request = answer(length_of(8));
  send(request, 8);
  finish(request);
  CHECK(length() == 8);
}

TEST_CASE_METHOD(Fixture, "a document that drips bytes has stalled") {
  begin();
  const auto request = answer(length_of(5000));
  int drops = 0;
  for (; retried.empty() && drops < 100; ++drops) {
    clock.pass(1s);
    turn();
    if (retried.empty()) send(request, 10);
  }
  CHECK(retried == std::vector{core::FailureKind::Stall});
  CHECK(drops <= 21);
}

TEST_CASE_METHOD(Fixture, "a document that is slow but steady has not stalled") {
  begin();
  const auto request = answer(length_of(60 * 1024));
  for (int i = 0; i < 60; ++i) {
    clock.pass(15s);
    turn();
    send(request, 1024);
  }
  finish(request);
  CHECK(retried.empty());
  CHECK(length() == 60 * 1024);
}

TEST_CASE_METHOD(LimitedFixture, "a document keeps to the rate limit, and its waits are no stall") {
  begin();
  const auto request = answer(length_of(60'000));
  const Instant began = clock.now();
  for (int i = 0; i < 3; ++i) {
    CHECK(send(request, 20'000) == core::Flow::Pause);
    const Instant until = began + (i + 1) * 20s;
    while (clock.now() < until - 1s) wait();
  }
  finish(request);
  CHECK(retried.empty());
  CHECK(length() == 60'000);
}

TEST_CASE_METHOD(Fixture, "a document is interrupted wherever it is, and asks for nothing more") {
  begin();
  const int stage = GENERATE(0, 1, 2);
  if (stage > 0) send(answer(length_of(5000)), 3000);
  if (stage > 1) finish(transport.newest(), TransferStatus::CutShort);
  document->interrupt();
  turn();
  CHECK(error().code == ErrorCode::Interrupted);
  CHECK(transport.newest() == 0);
  CHECK_FALSE(document->next_deadline().has_value());
}

TEST_CASE_METHOD(Fixture, "a document that is interrupted while it is read comes to nothing") {
  BusyWorker worker;
  std::vector<Result<void>> ends;
  engine::DocumentTask task(
      1,
      std::make_unique<engine::Document>(settings, engine::DocumentPorts{clock, dice, limits},
                                         source(), nullptr),
      worker,
      {.read = [](std::string_view) {},
       .done = [&](Result<void> end) { ends.push_back(std::move(end)); }});
  task.on_time(clock.now());
  resolver.run();
  const core::RequestId request = transport.newest();
  transport.head(request, 200, length_of(5));
  task.on_time(clock.now());
  transport.body(request, 5);
  transport.end(request, TransferStatus::Ok);
  task.on_time(clock.now());
  REQUIRE(worker.tasks.size() == 1);

  task.interrupt();
  CHECK(task.next_deadline() == Instant::min());
  task.on_time(clock.now());
  CHECK(task.ended());
  REQUIRE(ends.size() == 1);
  CHECK(ends.front().error().code == ErrorCode::Interrupted);
  worker.tasks.front()();  // for nobody
  task.on_time(clock.now());
  CHECK(ends.size() == 1);
}
