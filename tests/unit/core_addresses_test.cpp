// Which address of a host is asked, as a function of what came of those that were.
#include <catch2/catch.hpp>
#include <map>

#include "core/addresses.hpp"

using namespace xget;
using namespace std::chrono_literals;
using core::FailureKind;
using core::RequestEnd;

namespace {

using List = std::vector<std::string>;
const std::string kA = "192.0.2.1";
const std::string kB = "192.0.2.2";
const std::string kC = "192.0.2.3";
const std::string kSix = "2001:db8::1";
constexpr std::uint64_t kMegabyte = 1'000'000;

core::Representation version(const std::string& etag) {
  core::Representation representation;
  representation.size = 1000;
  representation.validators.strong_etag = etag;
  return representation;
}

struct Host {
  explicit Host(const List& names = {kA, kB, kC}) { addresses.resolved(names); }

  std::string next(bool told_apart = true) { return addresses.next(told_apart, now).front(); }
  // A request whose answer is used until ended() is said.
  std::string begin(std::string address = "") {
    if (address.empty()) address = next();
    addresses.started(address);
    addresses.answered(address, 20ms);
    addresses.served(address, version("\"one\""));
    return address;
  }
  void end(const std::string& address, RequestEnd how = RequestEnd::Kept) {
    addresses.ended(address, true, how, now);
  }
  void fail(const std::string& address) {
    addresses.started(address);
    addresses.failed(address, false, now);
    addresses.ended(address, false, RequestEnd::Lost, now);
  }
  // One connection of each brings so many bytes in the time that tells.
  void deliver(const std::string& address, std::uint64_t bytes) {
    rest = addresses.delivered(address, bytes, 2s, now);
  }

  core::Addresses addresses;
  Instant now{};
  std::optional<Duration> rest;
};

}  // namespace

// ---- who is next ----

TEST_CASE_METHOD(Host, "addresses are tried in their order, the families by turns") {
  addresses.resolved({kSix, "2001:db8::2", kA, kB});
  CHECK(addresses.next(true, now) == List{kSix, kA, "2001:db8::2", kB});
}

TEST_CASE_METHOD(Host, "no more than sixteen addresses race") {
  List many;
  for (int i = 0; i < 100; ++i) many.push_back("10.0.0." + std::to_string(i));
  addresses.resolved(many);
  CHECK(addresses.next(true, now).size() == core::Addresses::kMostRaced);
}

TEST_CASE_METHOD(Host, "one connection stays where it is") {
  end(begin(kB), RequestEnd::Closed);
  CHECK(next() == kB);
}

TEST_CASE_METHOD(Host, "connections at the same time are spread over the addresses") {
  std::map<std::string, int> at;
  for (int i = 0; i < 6; ++i) ++at[begin()];
  CHECK(at == std::map<std::string, int>{{kA, 2}, {kB, 2}, {kC, 2}});
}

TEST_CASE_METHOD(Host, "a connection that is kept goes before one that is new") {
  begin(kA);
  end(begin(kA));
  CHECK(next() == kA);
  SECTION("but not twice") {
    begin();
    CHECK(next() == kB);
  }
  SECTION("nor when it is likely closed by now") {
    now += core::Addresses::kKeptFor;
    CHECK(next() == kB);
  }
}

TEST_CASE_METHOD(Host, "a faster address has more connections") {
  begin(kA);
  begin(kB);
  addresses.resolved({kA, kB});
  deliver(kA, 3 * kMegabyte);
  deliver(kB, kMegabyte);
  std::map<std::string, int> at;
  for (int i = 0; i < 6; ++i) ++at[begin()];
  CHECK(at[kA] > at[kB]);
  CHECK(at[kB] > 0);
}

TEST_CASE_METHOD(Host, "nothing is spread over a family that never answered") {
  addresses.resolved({kSix, kA, kB});
  begin(kA);
  CHECK(begin() == kB);
  CHECK(begin() != kSix);
  SECTION("but it races where those that did do not answer") {
    const List order = addresses.next(true, now);
    CHECK(std::find(order.begin(), order.end(), kSix) != order.end());
  }
}

TEST_CASE_METHOD(Host, "without a validator nothing is spread at all") {
  begin(kB);
  CHECK(addresses.next(false, now) == List{kB});
  SECTION("and another one is asked only when that fails") {
    addresses.failed(kB, true, now);
    CHECK(next(false) == kA);
  }
}

TEST_CASE_METHOD(Host, "an address that has not answered yet is tried by one request at a time") {
  addresses.resolved({kA, kB});
  begin(kA);
  addresses.started(kB);
  CHECK(begin() == kA);
  CHECK(begin() == kA);
  addresses.answered(kB, 20ms);
  CHECK(begin() == kB);
}

TEST_CASE_METHOD(Host, "the next address joins in after 250 ms, later where answers take longer") {
  CHECK(addresses.interval() == 250ms);
  addresses.started(kA);
  addresses.answered(kA, 400ms);
  CHECK(addresses.interval() == 800ms);
  addresses.started(kA);
  addresses.answered(kA, 1min);
  CHECK(addresses.interval() == 5s);
}

// ---- who is left ----

TEST_CASE_METHOD(Host, "an address that fails is left at once, and tried again later") {
  fail(kA);
  CHECK(next() == kB);
  now += core::Addresses::kFirstRest - 1ms;
  CHECK(next() == kB);
  now += 1ms;
  CHECK(next() == kA);
}

TEST_CASE_METHOD(Host, "the more often an address fails in a row the longer it is left") {
  Duration last{};
  for (int i = 0; i < 20; ++i) {
    const Duration next_rest = addresses.failed(kA, false, now);
    CHECK((next_rest == 2 * last || last == Duration{} ||
           next_rest == core::Addresses::kLongestRest));
    last = next_rest;
  }
  CHECK(last == core::Addresses::kLongestRest);
  SECTION("until it serves again") {
    end(begin(kA), RequestEnd::Closed);
    CHECK(addresses.failed(kA, false, now) == core::Addresses::kFirstRest);
  }
}

TEST_CASE_METHOD(Host, "with all addresses left the one whose rest ends first is asked") {
  fail(kB);
  now += 100ms;
  fail(kA);
  fail(kC);
  CHECK(addresses.next(true, now) == List{kB, kA, kC});
}

TEST_CASE_METHOD(Host, "an address that refuses one connection while others deliver keeps those") {
  begin(kA);
  begin(kA);
  fail(kA);
  CHECK(next() == kB);
  end(kA);
  CHECK(next() == kA);
}

TEST_CASE_METHOD(Host, "an address that delivers far less than the others is left") {
  for (const auto& address : {kA, kB, kC}) begin(address);
  deliver(kA, 4 * kMegabyte);
  deliver(kB, 4 * kMegabyte);
  CHECK_FALSE(rest);
  deliver(kC, kMegabyte / 2);
  REQUIRE(rest == core::Addresses::kFirstRest);
  for (int i = 0; i < 6; ++i) CHECK(begin() != kC);
  SECTION("and tried again later, and left for longer") {
    now += core::Addresses::kFirstRest;
    CHECK(begin() == kC);
    deliver(kC, kMegabyte / 2);
    CHECK(rest == 2 * core::Addresses::kFirstRest);
  }
}

TEST_CASE_METHOD(Host, "a short time shows nothing of how slow an address is") {
  begin(kA);
  begin(kB);
  deliver(kA, 4 * kMegabyte);
  CHECK_FALSE(addresses.delivered(kB, 1000, 1900ms, now));
  CHECK(addresses.delivered(kB, 1000, 100ms, now));
}

TEST_CASE_METHOD(Host,
                 "an address that is slow alone is not left: there is none to compare it to") {
  begin(kA);
  deliver(kA, 10);
  CHECK_FALSE(rest);
}

// ---- names ----

TEST_CASE_METHOD(Host, "what is known of an address outlives the next look at its name") {
  fail(kA);
  CHECK_FALSE(addresses.settled());
  addresses.resolved({kA, kC});
  CHECK(addresses.settled());
  CHECK(next() == kC);
}

TEST_CASE_METHOD(Host, "an address that the name has no more is not asked again") {
  begin(kA);
  end(kA);
  begin(kB);
  addresses.resolved({kC});
  CHECK(addresses.next(true, now) == List{kC});
  end(kB);
  CHECK(addresses.next(true, now) == List{kC});
}

// ---- who is believed ----

TEST_CASE_METHOD(Host, "another version is believed of an address that served this one") {
  begin(kA);
  begin(kB);
  const auto expected = version("\"one\"");
  CHECK(addresses.second_opinion(kA, FailureKind::OtherVersion, &expected).empty());
  addresses.started(kC);
  addresses.answered(kC, 20ms);
  CHECK(addresses.second_opinion(kC, FailureKind::OtherVersion, &expected) == List{kA, kB});
}

TEST_CASE_METHOD(Host,
                 "an address that is out of step is left for long, until the version changes") {
  begin(kA);
  addresses.started(kB);
  addresses.answered(kB, 20ms);
  addresses.doubted(kB, FailureKind::OtherVersion, true, now);
  addresses.ended(kB, true, RequestEnd::Lost, now);
  now += 1min;
  CHECK(begin() == kC);
  CHECK(begin() != kB);
  addresses.served(kA, version("\"two\""));
  CHECK(begin() == kB);
}

TEST_CASE_METHOD(Host, "of a version that nobody served yet any other address is heard once more") {
  addresses.started(kA);
  addresses.answered(kA, 20ms);
  const auto expected = version("\"of an earlier run\"");
  CHECK(addresses.second_opinion(kA, FailureKind::OtherVersion, &expected) == List{kB, kC});
  CHECK(addresses.second_opinion(kA, FailureKind::NotFound, &expected).empty());
}

TEST_CASE_METHOD(Host, "a refusal is doubted while another address served") {
  const auto answer =
      GENERATE(FailureKind::NotFound, FailureKind::Denied, FailureKind::ServerError);
  begin(kA);
  const auto expected = version("\"one\"");
  CHECK(addresses.second_opinion(kA, answer, &expected).empty());
  begin(kB);
  CHECK(addresses.second_opinion(kA, answer, &expected) == List{kB});
}

TEST_CASE_METHOD(Host, "an address that served is not heard for ever once it fails") {
  begin(kA);
  end(kA, RequestEnd::Closed);
  const auto expected = version("\"one\"");
  for (int i = 0; i < 3; ++i) {
    CHECK(addresses.second_opinion(kB, FailureKind::NoRanges, &expected) == List{kA});
    fail(kA);
  }
  CHECK(addresses.second_opinion(kB, FailureKind::NoRanges, &expected).empty());
}
