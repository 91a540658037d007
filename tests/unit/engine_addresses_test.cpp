// HttpSource over real sockets and a real name server: a name with two addresses of which one is no
// good.
#include <catch2/catch.hpp>
#include <chrono>
#include <optional>

#include "engine/http_source.hpp"
#include "net/loop.hpp"
#include "net/system_clock.hpp"
#include "support/name_server.hpp"
#include "support/raw_server.hpp"

using namespace xget;
using namespace std::chrono_literals;
using test::Peer;

namespace {

const std::string kBadAddress = "127.0.0.2";  // Linux has all of 127.0.0.0/8 on loopback
const std::string kGoodAddress = "127.0.0.1";
const std::string kBody = "all of it";

void serve(Peer& peer) {
  while (!peer.read_head().empty()) {
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(kBody.size()) + "\r\n\r\n" +
              kBody);
  }
}

// Completes TCP's handshake and never says a word.
class SilentListener {
 public:
  explicit SilentListener(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    REQUIRE(inet_pton(AF_INET, kBadAddress.c_str(), &address.sin_addr) == 1);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(socket_, 16) == 0);
  }
  ~SilentListener() { ::close(socket_); }
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;

 private:
  int socket_;
};

struct Fixture : core::SourceListener {
  Fixture() { names.put("host.test", {kBadAddress, kGoodAddress}); }

  bool on_offer(core::FetchId, const core::Offer& offer) override {
    address = offer.address;
    return true;
  }
  core::Flow on_bytes(core::FetchId, std::span<const std::byte> bytes) override {
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return core::Flow::Continue;
  }
  void on_fetch_end(core::FetchId, const core::FetchEnd& how) override { end = how; }

  // Fetches the whole; true if it came.
  bool fetch() {
    body.clear();
    end.reset();
    source.fetch({{0, kUnknownEnd}, std::nullopt}, *this);
    const Instant limit = clock.now() + 20s;
    while (!end && clock.now() < limit) {
      source.on_time(clock.now());
      loop.poll(std::min(limit, source.next_deadline().value_or(limit)));
    }
    return end && !end->failure && body == kBody;
  }

  net::ResolverSettings resolver_settings() const {
    net::ResolverSettings settings;
    settings.name_servers = names.address();
    return settings;
  }

  test::NameServer names;
  test::RawServer server{serve};
  net::SystemClock clock;
  net::Loop loop{clock, {}, resolver_settings()};
  engine::HttpSource source{
      {.url = *net::parse_url("http://host.test:" + std::to_string(server.port()) + "/file"),
       .proxy = "none"},
      loop.transport(),
      loop.resolver(),
      clock};

  std::string address;
  std::string body;
  std::optional<core::FetchEnd> end;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a name whose first address refuses is served by its second") {
  CHECK(fetch());
  CHECK(address == kGoodAddress);
  CHECK(fetch());
}

TEST_CASE_METHOD(Fixture, "a name whose first address is silent is served by its second") {
  const SilentListener silent(server.port());
  CHECK(fetch());
  CHECK(address == kGoodAddress);
  CHECK(fetch());
}

TEST_CASE_METHOD(Fixture, "a name of which every address refuses is an error, not a wait") {
  names.put("host.test", {kBadAddress, "127.0.0.3"});
  CHECK_FALSE(fetch());
  REQUIRE(end.has_value());
  REQUIRE(end->failure.has_value());
  CHECK(end->failure->kind == core::FailureKind::Connect);
}
