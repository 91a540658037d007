// HttpSource: one name with several addresses of which some are no good, and the way back from a
// redirect.
#include <catch2/catch.hpp>
#include <map>
#include <optional>

#include "engine/http_source.hpp"
#include "support/fake_network.hpp"

using namespace xget;
using namespace std::chrono_literals;
using core::FailureKind;
using core::TransferStatus;

namespace {

constexpr std::uint64_t kSize = 1000;
const std::string kFirst = "192.0.2.1";
const std::string kSecond = "192.0.2.2";
const std::string kThird = "192.0.2.3";

std::vector<core::Header> whole_range() {
  return {{"Content-Range", "bytes 0-999/1000"}, {"Content-Length", "1000"}, {"ETag", "\"one\""}};
}

struct Listener final : core::SourceListener {
  bool on_offer(core::FetchId id, const core::Offer&) override {
    ++offers[id];
    return true;
  }
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes) override {
    received[id] += bytes.size();
    return core::Flow::Continue;
  }
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end) override { ends.emplace(id, end); }

  std::map<core::FetchId, int> offers;
  std::map<core::FetchId, std::uint64_t> received;
  std::map<core::FetchId, core::FetchEnd> ends;
};

struct Fixture {
  Fixture() { resolver.addresses["host.example"] = {kFirst, kSecond}; }

  core::FetchId fetch(ByteRange range = {0, kSize}) {
    const core::FetchId id = source.fetch({range, std::nullopt}, listener);
    resolver.run();
    return id;
  }
  // The next address of a race is asked after this.
  void wait_for_race() {
    const auto at = source.next_deadline();
    REQUIRE(at.has_value());
    clock.pass(*at - clock.now());
    source.on_time(clock.now());
  }
  std::optional<FailureKind> failure(core::FetchId id) const {
    const auto end = listener.ends.find(id);
    REQUIRE(end != listener.ends.end());
    return end->second.failure ? std::optional(end->second.failure->kind) : std::nullopt;
  }
  void accept(core::RequestId request) {
    REQUIRE(transport.head(request, 206, whole_range()) == core::HeadVerdict::Accept);
  }
  // A whole, good answer.
  void serve(core::RequestId request) {
    REQUIRE(transport.head(request, 206, whole_range()) == core::HeadVerdict::Accept);
    transport.body(request, kSize);
    transport.end(request, TransferStatus::Ok);
  }

  test::FakeClock clock;
  test::FakeResolver resolver;
  test::FakeTransport transport;
  Listener listener;
  engine::HttpSource source{
      {.url = *net::parse_url("https://host.example/file")}, transport, resolver, clock};
};

using Addresses = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Fixture, "an address that refuses is left for the next one at once") {
  const auto id = fetch();
  CHECK(transport.addresses() == Addresses{kFirst});
  transport.end(transport.at(kFirst), TransferStatus::ConnectFailed);
  CHECK(transport.addresses() == Addresses{kSecond});
  serve(transport.at(kSecond));
  CHECK_FALSE(failure(id));
  CHECK(listener.received[id] == kSize);
}

TEST_CASE_METHOD(Fixture, "a silent address is raced by the next one and the loser is cancelled") {
  const auto id = fetch();
  wait_for_race();
  CHECK(transport.addresses() == Addresses{kFirst, kSecond});
  serve(transport.at(kSecond));
  CHECK_FALSE(failure(id));
  CHECK(listener.offers[id] == 1);
  CHECK(transport.addresses().empty());
  CHECK_FALSE(source.next_deadline().has_value());
}

TEST_CASE_METHOD(Fixture,
                 "an address with a wrong certificate is left for one with the right one") {
  const auto id = fetch();
  transport.end(transport.at(kFirst), TransferStatus::CertificateBad);
  serve(transport.at(kSecond));
  CHECK_FALSE(failure(id));
}

TEST_CASE_METHOD(Fixture, "a fetch fails once no address is left, for the last one's reason") {
  const auto last = GENERATE(std::pair{TransferStatus::CertificateBad, FailureKind::Certificate},
                             std::pair{TransferStatus::ConnectFailed, FailureKind::Connect},
                             std::pair{TransferStatus::TimedOut, FailureKind::Connect},
                             std::pair{TransferStatus::TlsFailed, FailureKind::Tls},
                             std::pair{TransferStatus::Broken, FailureKind::Broken},
                             std::pair{TransferStatus::BadResponse, FailureKind::BadResponse});
  const auto id = fetch();
  transport.end(transport.at(kFirst), TransferStatus::ConnectFailed);
  CHECK(listener.ends.empty());
  transport.end(transport.at(kSecond), last.first);
  CHECK(failure(id) == last.second);
  CHECK(transport.addresses().empty());
}

TEST_CASE_METHOD(Fixture, "an address that fails does not end a race that others are still in") {
  const auto id = fetch();
  wait_for_race();
  transport.end(transport.at(kSecond), TransferStatus::ConnectFailed);
  CHECK(listener.ends.empty());
  serve(transport.at(kFirst));
  CHECK_FALSE(failure(id));
}

TEST_CASE_METHOD(Fixture, "the address that answered is asked alone by the next fetch") {
  fetch();
  transport.end(transport.at(kFirst), TransferStatus::ConnectFailed);
  serve(transport.at(kSecond));
  fetch();
  CHECK(transport.addresses() == Addresses{kSecond});
  CHECK_FALSE(source.next_deadline().has_value());
}

TEST_CASE_METHOD(Fixture, "fetches at the same time go to different addresses") {
  fetch();
  accept(transport.newest());
  fetch();
  CHECK(transport.addresses() == Addresses{kFirst, kSecond});
}

TEST_CASE_METHOD(Fixture, "a later fetch races too, for as long as answers took before") {
  fetch();
  clock.pass(200ms);
  accept(transport.newest());
  fetch();
  REQUIRE(source.next_deadline() == clock.now() + 400ms);
  wait_for_race();
  CHECK(transport.addresses() == Addresses{kFirst, kSecond, kFirst});
}

TEST_CASE_METHOD(Fixture, "only a fetch that is cancelled as stalled counts against its address") {
  const auto [cause, next] = GENERATE(std::pair{core::CancelCause::Stalled, kSecond},
                                      std::pair{core::CancelCause::NotWanted, kFirst});
  const auto id = fetch();
  accept(transport.newest());
  source.cancel(id, cause);
  fetch();
  CHECK(transport.addresses() == Addresses{next});
}

TEST_CASE_METHOD(Fixture, "a kept connection that is no good is replaced by a new one at once") {
  fetch();
  serve(transport.newest());
  const core::FetchId id = fetch();
  CHECK_FALSE(transport.request(transport.newest()).fresh);
  transport.end(transport.newest(), GENERATE(TransferStatus::Broken, TransferStatus::BadResponse),
                true);
  REQUIRE(transport.addresses() == Addresses{kFirst});
  CHECK(transport.request(transport.newest()).fresh);
  SECTION("and the fetch goes on") {
    serve(transport.newest());
    CHECK_FALSE(failure(id));
  }
  SECTION("but once only") {
    transport.end(transport.newest(), TransferStatus::Broken, true);
    CHECK(failure(id) == FailureKind::Broken);
  }
}

TEST_CASE_METHOD(Fixture, "an address that cuts a body is not the first to be asked again") {
  const auto id = fetch();
  const auto request = transport.at(kFirst);
  REQUIRE(transport.head(request, 206, whole_range()) == core::HeadVerdict::Accept);
  transport.body(request, 300);
  transport.end(request, TransferStatus::CutShort);
  CHECK(failure(id) == FailureKind::CutShort);
  fetch({300, kSize});
  CHECK(transport.addresses() == Addresses{kSecond});
}

TEST_CASE_METHOD(Fixture, "the families take turns in a race") {
  resolver.addresses["host.example"] = {"2001:db8::1", "2001:db8::2", kFirst};
  fetch();
  wait_for_race();
  wait_for_race();
  CHECK(transport.addresses() == Addresses{"2001:db8::1", kFirst, "2001:db8::2"});
}

TEST_CASE_METHOD(Fixture, "cancelling a fetch ends its lookup and all requests of its race") {
  SECTION("while the name is looked up") {
    source.cancel(source.fetch({{0, kSize}, std::nullopt}, listener), core::CancelCause::NotWanted);
    CHECK(resolver.idle());
  }
  SECTION("while addresses race") {
    const auto id = fetch();
    wait_for_race();
    source.cancel(id, core::CancelCause::NotWanted);
  }
  CHECK(transport.addresses().empty());
  CHECK(listener.ends.empty());
}

TEST_CASE_METHOD(Fixture, "a name that cannot be resolved is the fetch's failure") {
  resolver.addresses.clear();
  CHECK(failure(fetch()) == FailureKind::Resolve);
}

// ---- what one address says ----

namespace {

// Two fetches of one version, of which the second is asked of an address that has served nothing.
struct Doubted : Fixture {
  Doubted() {
    fetch();
    accept(transport.newest());
    core::Representation expected;
    expected.size = kSize;
    expected.validators.strong_etag = "\"one\"";
    id = source.fetch({{0, kSize}, expected}, listener);
    resolver.run();
    REQUIRE(transport.addresses() == Addresses{kFirst, kSecond});
  }
  static std::vector<core::Header> other_version() {
    return {{"Content-Range", "bytes 0-999/1000"}, {"ETag", "\"two\""}};
  }

  core::FetchId id = 0;
};

}  // namespace

TEST_CASE_METHOD(Doubted, "another version at one address is asked of one that served this one") {
  transport.head(transport.at(kSecond), 206, other_version());
  CHECK(listener.ends.find(id) == listener.ends.end());
  REQUIRE(transport.addresses() == Addresses{kFirst, kFirst});
  SECTION("and is no change if that one has this version") {
    serve(transport.newest());
    CHECK_FALSE(failure(id));
  }
  SECTION("and is a change if that one has it too") {
    transport.head(transport.newest(), 206, other_version());
    CHECK(failure(id) == FailureKind::OtherVersion);
  }
}

TEST_CASE_METHOD(Doubted, "a refusal of one address is asked of one that served") {
  transport.head(transport.at(kSecond), GENERATE(403, 404, 500, 503), {});
  REQUIRE(transport.addresses() == Addresses{kFirst, kFirst});
  SECTION("and is the fetch's failure only if that one refuses too") {
    transport.head(transport.newest(), 404, {});
    CHECK(failure(id) == FailureKind::NotFound);
  }
}

// ---- bodies ----

TEST_CASE_METHOD(Fixture, "a body is cut at the end of what was granted, whatever more is sent") {
  const auto id = fetch();
  const auto request = transport.newest();
  REQUIRE(transport.head(request, 206, whole_range()) == core::HeadVerdict::Accept);
  CHECK(transport.body(request, kSize + 50) == core::Flow::Stop);
  CHECK(listener.received[id] == kSize);
  CHECK_FALSE(failure(id));
  CHECK(transport.addresses().empty());
}

TEST_CASE_METHOD(Fixture, "a body that ends early is cut short, however well its end looks") {
  const auto status =
      GENERATE(TransferStatus::Ok, TransferStatus::CutShort, TransferStatus::Broken);
  const auto id = fetch();
  const auto request = transport.newest();
  REQUIRE(transport.head(request, 206, whole_range()) == core::HeadVerdict::Accept);
  transport.body(request, kSize - 1);
  transport.end(request, status);
  CHECK(failure(id) == FailureKind::CutShort);
}

TEST_CASE_METHOD(Fixture, "a body that is all there is whole, however its connection ended") {
  const auto id = fetch();
  const auto request = transport.newest();
  REQUIRE(transport.head(request, 206, whole_range()) == core::HeadVerdict::Accept);
  transport.body(request, kSize);
  transport.end(request, TransferStatus::CutShort);
  CHECK_FALSE(failure(id));
}

// ---- redirects ----

namespace {

struct Redirected : Fixture {
  Redirected() {
    resolver.addresses["mirror.example"] = {kThird};
    fetch();
    transport.head(transport.newest(), 302, {{"Location", "https://mirror.example/there"}});
    resolver.run();
    serve(transport.at(kThird));
  }
};

}  // namespace

TEST_CASE_METHOD(Redirected, "where a redirect led is asked directly by the next fetch") {
  fetch();
  CHECK(transport.request(transport.newest()).url == "https://mirror.example/there");
}

TEST_CASE_METHOD(Redirected, "a redirect's target that fails leads back to the original URL") {
  const auto failing = GENERATE(TransferStatus::ConnectFailed, TransferStatus::CertificateBad,
                                TransferStatus::Broken, TransferStatus::TimedOut);
  const auto id = fetch();
  transport.end(transport.newest(), failing);
  CHECK(failure(id).has_value());
  fetch();
  CHECK(transport.request(transport.newest()).url == "https://host.example/file");
}

TEST_CASE_METHOD(Redirected, "a redirect's target that dies in mid-body leads back as well") {
  const auto id = fetch();
  const auto request = transport.newest();
  REQUIRE(transport.head(request, 206, whole_range()) == core::HeadVerdict::Accept);
  transport.body(request, 10);
  transport.end(request, TransferStatus::CutShort);
  CHECK(failure(id) == FailureKind::CutShort);
  fetch({10, kSize});
  CHECK(transport.request(transport.newest()).url == "https://host.example/file");
}

TEST_CASE_METHOD(Redirected, "a redirect's target that has expired is asked for again at once") {
  const auto status = GENERATE(401, 403, 404, 410);
  const auto id = fetch();
  transport.head(transport.newest(), status, {});
  resolver.run();
  CHECK(listener.ends.find(id) == listener.ends.end());
  CHECK(transport.request(transport.newest()).url == "https://host.example/file");
}

TEST_CASE_METHOD(Redirected, "starting over forgets where redirects led") {
  source.start_over();
  fetch();
  CHECK(transport.request(transport.newest()).url == "https://host.example/file");
}
