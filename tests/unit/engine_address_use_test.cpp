// What is told of an address by the requests that are at it.
#include <catch2/catch.hpp>

#include "engine/address_use.hpp"

using namespace xget;
using namespace std::chrono_literals;

namespace {

const std::string kHost = "host.example";
const std::string kA = "192.0.2.1";
const std::string kB = "192.0.2.2";

// Two addresses, and a connection to the first that delivers.
struct Used {
  Used() {
    use.of(kHost).resolved({kA, kB});
    begin(1, kA);
  }
  void begin(core::RequestId request, const std::string& address,
             const core::ResponseHead& head = {206, 11, {}}) {
    use.started(request, kHost, address, now);
    use.answered(request, head, now);
  }
  void end(core::RequestId request, bool length_known = true) {
    core::TransferEnd end;
    end.length_known = length_known;
    use.ended(request, end, now);
  }
  std::string next() { return use.of(kHost).next(true, now).front(); }

  engine::AddressUse use;
  Instant now{};
};

}  // namespace

TEST_CASE_METHOD(Used, "a connection is kept if its response says so") {
  SECTION("as HTTP/1.1 does by itself") {
    begin(2, kA);
    end(2);
    CHECK(next() == kA);
  }
  SECTION("not with Connection: close") {
    begin(2, kA, {206, 11, {{"Connection", "Close"}}});
    end(2);
    CHECK(next() == kB);
  }
  SECTION("not by HTTP/1.0, unless it says so") {
    begin(2, kA, {206, 10, {}});
    end(2);
    CHECK(next() == kB);
    begin(3, kA, {206, 10, {{"Connection", "keep-alive"}}});
    end(3);
    CHECK(next() == kA);
  }
  SECTION("not if it ended by the connection's end") {
    begin(2, kA);
    end(2, false);
    CHECK(next() == kB);
  }
}

TEST_CASE_METHOD(Used,
                 "an address where nothing comes is left once the others have shown how fast") {
  begin(2, kB);
  now += 3s;
  use.delivered(1, 30'000'000, now);
  use.delivered(2, 1000, now);
  for (const core::RequestId request : {3, 4, 5}) {
    CHECK(next() == kA);
    begin(request, kA);
  }
}

TEST_CASE_METHOD(Used, "time in which nothing is taken says nothing of an address") {
  begin(2, kB);
  use.paused(2, 1000, now);
  now += 3s;
  use.delivered(1, 30'000'000, now);
  use.delivered(2, 1000, now);
  use.resumed(2, now);
  use.delivered(2, 1000, now);
  CHECK(next() == kA);  // the first of two that have one connection each
  begin(3, kA);
  CHECK(next() == kB);
}

TEST_CASE_METHOD(Used,
                 "a request that lost a race counts against its address if it was made first") {
  const bool first = GENERATE(true, false);
  use.started(first ? 2 : 3, kHost, first ? kB : kA, now);
  now += 250ms;
  use.started(first ? 3 : 2, kHost, first ? kA : kB, now);
  now += 1s;
  use.outpaced(2, 3, now);
  use.cancelled(2, now);
  CHECK(next() == (first ? kA : kB));
}

TEST_CASE_METHOD(Used, "a request without an address of its own is nobody's business") {
  use.started(2, "proxied.example", "", now);
  CHECK_FALSE(use.has_served(2));
  CHECK(use.second_opinion(2, core::FailureKind::NotFound, nullptr).empty());
  use.failed(2, now);
  use.cancelled(2, now);
}
