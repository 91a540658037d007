// Credentials are fetched when they are wanted, shared, and renewed before they end.
#include <catch2/catch.hpp>
#include <string>

#include "remote/planned_credentials.hpp"
#include "support/credential_world.hpp"

using namespace xget;
using namespace std::chrono_literals;

namespace {

const std::string kUrl = "http://169.254.170.2/c";

struct Fixture : test::CredentialWorld {
  void begin(remote::CredentialOrigin origin = remote::ContainerEndpoint{kUrl, "", ""}) {
    source = std::make_unique<remote::PlannedCredentials>(
        remote::CredentialPlan{.origin = std::move(origin),
                               .source = "SOURCE",
                               .roles = {},
                               .token_service = {},
                               .passed_over = ""},
        way, ports);
  }
  void fetch() {
    source->fetch([this](const Result<void>& how) { told.push_back(how); });
  }
  void comes(const std::string& id, const std::string& end) {
    turn(*source);
    answer(kUrl, 200,
           R"({"SecretAccessKey": "S", "Token": "T", "AccessKeyId": ")" + id +
               R"(", "Expiration": "1970-01-01T)" + end + R"(Z"})");
    turn(*source);
  }
  std::string id() {
    const auto* found = source->at(clock.wall_now());
    return found != nullptr ? found->access_key_id : "none";
  }

  std::unique_ptr<remote::PlannedCredentials> source;
  std::vector<Result<void>> told;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "those that are known are there at once, and for ever") {
  begin(remote::KnownCredentials{{"AK", "SK", ""}});
  CHECK(id() == "AK");
  clock.pass(1000h);
  CHECK(id() == "AK");
  CHECK(source->next_deadline() == std::nullopt);
}

TEST_CASE_METHOD(Fixture, "who asks anonymously has none that sign, at once") {
  begin(remote::KnownCredentials{});
  REQUIRE(source->at(clock.wall_now()) != nullptr);
  CHECK(id().empty());
}

TEST_CASE_METHOD(Fixture, "keys that the store takes no more cannot be renewed") {
  begin(remote::KnownCredentials{{"AK", "SK", ""}});
  fetch();
  CHECK(told.empty());
  CHECK(source->next_deadline() == Instant::min());
  turn(*source);
  REQUIRE(told.size() == 1);
  CHECK(to_string(told[0].error()).find("SOURCE") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "all who ask share one fetch") {
  begin();
  CHECK(id() == "none");
  fetch();
  fetch();
  CHECK(told.empty());
  comes("AK", "13:00:00");
  CHECK(told.size() == 2);
  CHECK(id() == "AK");
  CHECK(wire.newest() == 0);
}

TEST_CASE_METHOD(Fixture, "they are to be fetched again five minutes before they end") {
  begin();
  fetch();
  comes("AK", "13:00:00");
  clock.pass(55min - 1s);
  CHECK(id() == "AK");
  clock.pass(1s);
  CHECK(id() == "none");
  fetch();
  comes("AK2", "14:00:00");
  CHECK(id() == "AK2");
}

TEST_CASE_METHOD(Fixture, "those that live shortly serve for half of that") {
  begin();
  fetch();
  comes("AK", "12:04:00");
  REQUIRE(told.size() == 1);
  CHECK(id() == "AK");
  clock.pass(2min);
  CHECK(id() == "none");
}

TEST_CASE_METHOD(Fixture,
                 "a fetch that fails is told to all, and tried anew when it is asked for") {
  begin();
  fetch();
  fetch();
  turn(*source);
  answer(kUrl, 400, "");
  turn(*source);
  REQUIRE(told.size() == 2);
  CHECK(told[0].error().cause == "HTTP status 400");
  CHECK(id() == "none");
  fetch();
  comes("AK", "13:00:00");
  CHECK(id() == "AK");
}

TEST_CASE_METHOD(Fixture, "a renewal that fails leaves the old ones in force while they are good") {
  begin();
  fetch();
  comes("AK", "13:00:00");
  clock.pass(56min);
  for (int minutes = 56; minutes < 60; ++minutes) {
    fetch();
    turn(*source);
    answer(kUrl, 400, "");
    turn(*source);
    REQUIRE(told.back().has_value());
    CHECK(id() == "AK");
    clock.pass(1min);
    CHECK(id() == "none");
  }
  fetch();
  turn(*source);
  answer(kUrl, 400, "");
  turn(*source);
  CHECK_FALSE(told.back().has_value());
}

TEST_CASE_METHOD(Fixture, "those that the store takes no more are dropped") {
  begin();
  fetch();
  comes("AK", "13:00:00");
  clock.pass(1min);
  fetch();
  CHECK(id() == "none");
  comes("AK2", "13:00:00");
  CHECK(id() == "AK2");
}

TEST_CASE_METHOD(Fixture, "a late refusal of old ones does not drop those that just came") {
  begin();
  fetch();
  comes("AK", "13:00:00");
  clock.pass(1s);
  fetch();
  turn(*source);
  CHECK(told.size() == 2);
  CHECK(id() == "AK");
  CHECK(wire.newest() == 0);
}

TEST_CASE_METHOD(Fixture, "nobody is told after the end") {
  begin();
  fetch();
  turn(*source);
  source.reset();
  CHECK(wire.newest() == 0);
  CHECK(told.empty());
}
