// AresResolver against a name server of the test's own, and without any.
#include <netdb.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <filesystem>
#include <fstream>

#include "support/name_server.hpp"
#include "support/recording_listener.hpp"

using namespace xget;
using namespace std::chrono_literals;

namespace {

using Outcome = Result<std::vector<std::string>>;

struct ManualClock final : core::Clock {
  Instant now() override { return at; }
  WallTime wall_now() override { return {}; }
  Instant at{};
};

struct Fixture {
  Fixture() {
    settings.name_servers = server.address();
    settings.query_timeout = Milliseconds(100);
    settings.tries = 1;
    settings.system_lookup = [this](const std::string&) {
      ++system_lookups;
      return system_answer;
    };
  }

  net::Loop& loop() {
    if (!loop_) loop_.emplace(clock, net::TransportSettings{}, settings);
    return *loop_;
  }

  Outcome look_up(const std::string& host) {
    std::optional<Outcome> outcome;
    loop().resolver().resolve(host, [&](Outcome result) { outcome = std::move(result); });
    REQUIRE_FALSE(outcome);  // never from inside the call that asked
    for (int i = 0; i < 200 && !outcome; ++i) poll();
    REQUIRE(outcome);
    return *outcome;
  }
  void poll() { loop().poll(clock.at + 50ms); }

  test::NameServer server;
  ManualClock clock;
  std::atomic<int> system_lookups{0};
  net::SystemAnswer system_answer{{}, EAI_NONAME};
  net::ResolverSettings settings;

 private:
  std::optional<net::Loop> loop_;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an IP literal resolves to itself without a question") {
  CHECK(*look_up("127.0.0.1") == std::vector<std::string>{"127.0.0.1"});
  CHECK(*look_up("::1") == std::vector<std::string>{"::1"});
  CHECK(*look_up("fe80::1%eth0") == std::vector<std::string>{"fe80::1%eth0"});
  CHECK(server.questions() == 0);
}

TEST_CASE_METHOD(Fixture, "a host has all its addresses of both families, each once") {
  server.put("many.test", {"127.0.0.2", "127.0.0.3", "127.0.0.2", "::1"});
  auto outcome = look_up("many.test");
  REQUIRE(outcome);
  std::sort(outcome->begin(), outcome->end());
  CHECK(*outcome == std::vector<std::string>{"127.0.0.2", "127.0.0.3", "::1"});
  CHECK(system_lookups == 0);
}

TEST_CASE_METHOD(Fixture, "only addresses of the family that is allowed are given") {
  settings.family = AddressFamily::IPv6;
  server.put("many.test", {"127.0.0.2", "::1"});
  server.put("old.test", {"127.0.0.2"});
  system_answer = {{"127.0.0.3", "::2"}, 0};
  CHECK(*look_up("many.test") == std::vector<std::string>{"::1"});
  CHECK(*look_up("localhost") == std::vector<std::string>{"::1"});
  CHECK(*look_up("::3") == std::vector<std::string>{"::3"});
  CHECK(*look_up("old.test") == std::vector<std::string>{"::2"});  // as the system says
}

TEST_CASE_METHOD(Fixture, "a host that has none of the family that is allowed says so") {
  settings.family = AddressFamily::IPv4;
  server.put("new.test", {"::1"});
  for (const auto& answer : {net::SystemAnswer{{}, EAI_NONAME}, net::SystemAnswer{{"::1"}, 0}}) {
    system_answer = answer;
    const auto outcome = look_up("new.test");
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == ErrorCode::Network);
    CHECK(outcome.error().cause == "the host has no IPv4 address");
  }
  const auto literal = look_up("::1");
  REQUIRE_FALSE(literal);
  CHECK(literal.error().code == ErrorCode::Usage);
}

TEST_CASE_METHOD(Fixture, "the system is not asked where only name servers are to be") {
  settings.ask_system = false;
  system_answer = {{"127.0.0.9"}, 0};
  const auto outcome = look_up("unknown.test");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().cause == "no such host");
  CHECK(system_lookups == 0);
}

TEST_CASE_METHOD(Fixture, "an answer is kept for a while, then asked for again") {
  server.put("h.test", {"127.0.0.2"});
  look_up("h.test");
  const int asked = server.questions();
  look_up("H.TEST");
  CHECK(server.questions() == asked);
  clock.at += 31s;
  look_up("h.test");
  CHECK(server.questions() > asked);
}

TEST_CASE_METHOD(Fixture, "lookups of one host at a time share one question") {
  server.put("h.test", {"127.0.0.2"});
  int answers = 0;
  for (int i = 0; i < 5; ++i)
    loop().resolver().resolve("h.test",
                              [&](const Outcome& outcome) { answers += outcome ? 1 : 0; });
  for (int i = 0; i < 100 && answers < 5; ++i) poll();
  CHECK(answers == 5);
  CHECK(server.questions() == 2);  // A and AAAA
}

TEST_CASE_METHOD(Fixture, "a name that is not there is no such host") {
  const auto outcome = look_up("missing.test");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::Network);
  CHECK(outcome.error().subject == "missing.test");
  CHECK(outcome.error().cause == "no such host");
  CHECK(system_lookups == 1);
}

TEST_CASE_METHOD(Fixture, "name servers that are silent are said to be") {
  server.fall_silent(true);
  system_answer.failure = EAI_AGAIN;
  const auto outcome = look_up("h.test");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().cause == "the name servers do not answer");
}

TEST_CASE_METHOD(Fixture, "a name server that ignores questions for one family holds up little") {
  settings.query_timeout = Milliseconds(60'000);  // longer than any test
  server.put("h.test", {"127.0.0.2", "::1"});
  server.ignore_ipv6(true);
  std::optional<Outcome> outcome;
  loop().resolver().resolve("h.test", [&](Outcome result) { outcome = std::move(result); });
  for (int i = 0; i < 200 && server.questions() < 2; ++i) poll();
  for (int i = 0; i < 3; ++i) poll();
  CHECK_FALSE(outcome);  // there might be IPv6 as well
  for (int i = 0; i < 200 && !outcome; ++i) {
    clock.at += net::FamilyAnswers::kPatience;
    poll();
  }
  REQUIRE(outcome);
  CHECK(**outcome == std::vector<std::string>{"127.0.0.2"});
  const int asked = server.questions();
  CHECK(*look_up("h.test") == std::vector<std::string>{"127.0.0.2"});
  CHECK(server.questions() == asked);
}

TEST_CASE_METHOD(Fixture, "an answer that comes late counts for the next lookup") {
  settings.tries = 20;  // some hundred milliseconds apart at first
  server.put("h.test", {"127.0.0.2", "::1"});
  server.ignore_ipv6(true);
  std::optional<Outcome> first;
  loop().resolver().resolve("h.test", [&](Outcome result) { first = std::move(result); });
  for (int i = 0; i < 200 && server.questions() < 2; ++i) poll();
  for (int i = 0; i < 200 && !first; ++i) {
    clock.at += net::FamilyAnswers::kPatience;
    poll();
  }
  REQUIRE(first);
  server.ignore_ipv6(false);
  Outcome next;
  for (int i = 0; i < 200 && (!next || next->size() < 2); ++i) {
    poll();
    next = look_up("h.test");
  }
  REQUIRE(next);
  std::sort(next->begin(), next->end());
  CHECK(*next == std::vector<std::string>{"127.0.0.2", "::1"});
}

TEST_CASE_METHOD(Fixture, "what c-ares cannot find the system may") {
  system_answer = {{"127.0.0.9"}, 0};
  CHECK(*look_up("printer.local") == std::vector<std::string>{"127.0.0.9"});
}

TEST_CASE_METHOD(Fixture, "the last good answer stands in when lookups fail later") {
  server.put("h.test", {"127.0.0.2"});
  look_up("h.test");
  clock.at += 1h;
  server.fall_silent(true);
  CHECK(*look_up("h.test") == std::vector<std::string>{"127.0.0.2"});
  CHECK(system_lookups == 1);
  // And the resolver comes back to the name servers once they do.
  server.fall_silent(false);
  server.put("h.test", {"127.0.0.3"});
  clock.at += 1h;
  CHECK(*look_up("h.test") == std::vector<std::string>{"127.0.0.3"});
}

TEST_CASE_METHOD(Fixture, "a changed resolv.conf is read again") {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("xget-resolv-" + std::to_string(getpid()));
  settings.resolv_conf = path;
  server.put("a.one.test", {"127.0.0.1"});
  server.put("b.two.test", {"127.0.0.2"});
  std::ofstream(path) << "search one.test\n";
  CHECK(*look_up("a") == std::vector<std::string>{"127.0.0.1"});
  CHECK_FALSE(look_up("b"));
  std::ofstream(path) << "search two.test\n";
  std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() + 1s);
  CHECK(*look_up("b") == std::vector<std::string>{"127.0.0.2"});
  std::filesystem::remove(path);
}

TEST_CASE_METHOD(Fixture, "a cancelled lookup is never answered") {
  server.put("h.test", {"127.0.0.2"});
  int answers = 0;
  const auto count = [&](const Outcome&) { ++answers; };
  auto& resolver = loop().resolver();
  resolver.cancel(resolver.resolve("127.0.0.1", count));
  resolver.cancel(resolver.resolve("h.test", count));
  resolver.cancel(4711);
  for (int i = 0; i < 5; ++i) poll();
  CHECK(answers == 0);
  CHECK(look_up("h.test"));
}

TEST_CASE_METHOD(Fixture, "an answer may cancel and ask from inside its callback") {
  auto& resolver = loop().resolver();
  core::LookupId second = 0;
  int answers = 0;
  resolver.resolve("127.0.0.1", [&](const Outcome&) {
    ++answers;
    resolver.cancel(second);
    resolver.resolve("127.0.0.3", [&](const Outcome&) { ++answers; });
  });
  second = resolver.resolve("127.0.0.2", [&](const Outcome&) { answers += 100; });
  for (int i = 0; i < 3; ++i) poll();
  CHECK(answers == 2);
}

TEST_CASE("a resolver can go while questions are open") {
  test::NameServer server;
  server.fall_silent(true);
  net::SystemClock clock;
  net::ResolverSettings settings;
  settings.name_servers = server.address();
  net::Loop loop(clock, {}, settings);
  loop.resolver().resolve("h.test", [](const Outcome&) { FAIL("answered"); });
  loop.poll(clock.now());
}

TEST_CASE("the system's lookups come in order and wake the loop") {
  std::mutex mutex;
  std::condition_variable woken;
  int wakes = 0;
  net::SystemLookup lookup(
      [](const std::string& host) {
        return net::SystemAnswer{{host}, 0};
      },
      [&] {
        const std::lock_guard lock(mutex);
        ++wakes;
        woken.notify_all();
      });
  CHECK(lookup.submit("a"));
  CHECK(lookup.submit("b"));
  {
    std::unique_lock lock(mutex);
    REQUIRE(woken.wait_for(lock, 5s, [&] { return wakes == 2; }));
  }
  CHECK(lookup.take()->host == "a");
  CHECK(lookup.take()->host == "b");
  CHECK_FALSE(lookup.take());
}

TEST_CASE("the system's lookups are bounded, and one that hangs does not hold up the end") {
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool inside = false;
    bool open = false;
    bool left = false;
  };
  const auto gate = std::make_shared<Gate>();
  {
    net::SystemLookup lookup(
        [gate](const std::string&) {
          std::unique_lock lock(gate->mutex);
          gate->inside = true;
          gate->changed.notify_all();
          gate->changed.wait(lock, [&] { return gate->open; });
          gate->left = true;
          gate->changed.notify_all();
          return net::SystemAnswer{{}, EAI_AGAIN};
        },
        [] { FAIL("woken after the end"); });
    CHECK(lookup.submit("first"));
    std::unique_lock lock(gate->mutex);
    gate->changed.wait(lock, [&] { return gate->inside; });
    for (std::size_t i = 0; i < net::kMaxSystemLookups; ++i) CHECK(lookup.submit("more"));
    CHECK_FALSE(lookup.submit("too many"));
  }
  std::unique_lock lock(gate->mutex);
  gate->open = true;
  gate->changed.notify_all();
  gate->changed.wait(lock, [&] { return gate->left; });
}
