// Logging in at HTTP proxies: which methods, when, and what becomes of a proxy's 407.
#include <curl/curl.h>

#include <catch2/catch.hpp>
#include <mutex>

#include "net/proxy_logins.hpp"
#include "support/raw_server.hpp"
#include "support/recording_listener.hpp"

using namespace xget;
using core::TransferStatus;
using test::NetworkUnderTest;
using test::Peer;
using test::RawServer;

namespace {

core::HttpRequest through(const std::string& proxy, ProxyAuth auth = ProxyAuth::Any) {
  core::HttpRequest request;
  request.url = "http://target.invalid/a";
  request.proxy = proxy;
  request.proxy_auth = auth;
  return request;
}

bool is_one(net::AuthMethods methods) { return (methods & (methods - 1)) == 0; }

const std::string kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";

std::string wanted(const std::string& challenges) {
  return "HTTP/1.1 407 Who Are You\r\n" + challenges + "Content-Length: 4\r\n\r\nwho?";
}

// Lets through whoever logs in, and asks the others.
class AskingProxy {
 public:
  explicit AskingProxy(std::string challenges)
      : server_([this, challenges = std::move(challenges)](Peer& peer) {
          for (std::string head = peer.read_head(); !head.empty(); head = peer.read_head()) {
            const bool known = head.find("Proxy-Authorization: ") != std::string::npos;
            const std::lock_guard lock(mutex_);
            heads_.push_back(std::move(head));
            peer.send(known ? kAnswer : wanted(challenges));
          }
        }) {}

  [[nodiscard]] std::string url(const std::string& login) {
    return "http://" + login + "127.0.0.1:" + std::to_string(server_.port());
  }
  std::vector<std::string> take_heads() {
    const std::lock_guard lock(mutex_);
    return std::exchange(heads_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> heads_;
  RawServer server_;
};

// How each request logged in: "", "Basic", "Digest".
std::vector<std::string> logins(const std::vector<std::string>& heads) {
  static const std::string kName = "Proxy-Authorization: ";
  std::vector<std::string> all;
  for (const std::string& head : heads) {
    const auto at = head.find(kName);
    const auto begin = at + kName.size();
    all.push_back(at == std::string::npos ? "" : head.substr(begin, head.find(' ', begin) - begin));
  }
  return all;
}

}  // namespace

// ---- which methods ----------------------------------------------------------------------------

TEST_CASE("a proxy is asked what it wants before anything is sent to it") {
  const net::ProxyLogins proxies;
  const auto by_login = proxies.methods_for(through("http://me:pw@proxy:1"));
  CHECK_FALSE(is_one(by_login));
  CHECK((by_login & CURLAUTH_BASIC) != 0);
  CHECK((by_login & CURLAUTH_NTLM) != 0);
  CHECK((by_login & CURLAUTH_NEGOTIATE) == 0);
  for (const char* proxy : {"http://proxy:1", "proxy", "http://:@proxy:1"}) {
    INFO(proxy);
    const auto by_ticket = proxies.methods_for(through(proxy));
    CHECK_FALSE(is_one(by_ticket));
    CHECK((by_ticket & (CURLAUTH_BASIC | CURLAUTH_DIGEST | CURLAUTH_NTLM)) == 0);
  }
}

TEST_CASE("what a proxy wants is done at once the next time") {
  net::ProxyLogins proxies;
  const auto request = through("http://me:pw@proxy:1");
  proxies.accepted(request.proxy, CURLAUTH_NEGOTIATE | CURLAUTH_NTLM | CURLAUTH_BASIC);
  CHECK(proxies.methods_for(request) == CURLAUTH_NTLM);
  CHECK_FALSE(is_one(proxies.methods_for(through("http://me:pw@other:1"))));
  proxies.refused(request.proxy);
  CHECK_FALSE(is_one(proxies.methods_for(request)));
}

TEST_CASE("a method that is asked for is the only one, and SOCKS has none of them") {
  net::ProxyLogins proxies;
  proxies.accepted("proxy", CURLAUTH_NTLM);
  CHECK(proxies.methods_for(through("proxy", ProxyAuth::Basic)) == CURLAUTH_BASIC);
  CHECK(proxies.methods_for(through("proxy", ProxyAuth::Digest)) == CURLAUTH_DIGEST);
  CHECK(proxies.methods_for(through("proxy", ProxyAuth::Ntlm)) == CURLAUTH_NTLM);
  CHECK(proxies.methods_for(through("proxy", ProxyAuth::Negotiate)) == CURLAUTH_NEGOTIATE);
  CHECK(proxies.methods_for(through("socks5://me:pw@proxy", ProxyAuth::Basic)) == CURLAUTH_NONE);
  CHECK(proxies.methods_for(through("")) == CURLAUTH_NONE);
}

// ---- what becomes of a 407 --------------------------------------------------------------------

TEST_CASE("a proxy's wish for a login is answered before anybody hears of it") {
  AskingProxy proxy("Proxy-Authenticate: Basic realm=\"x\"\r\n");
  NetworkUnderTest net;
  const auto& got = net.get(through(proxy.url("me:pw@")));
  CHECK(got.end->status == TransferStatus::Ok);
  REQUIRE(got.head);
  CHECK(got.head->status == 200);
  CHECK(got.body == "x");
  CHECK(logins(proxy.take_heads()) == std::vector<std::string>{"", "Basic"});
  SECTION("and by then it is known") {
    CHECK(net.get(through(proxy.url("me:pw@"))).body == "x");
    CHECK(logins(proxy.take_heads()) == std::vector<std::string>{"Basic"});
  }
}

TEST_CASE("no password goes to a proxy that wants none, nor in clear to one that knows better") {
  NetworkUnderTest net;
  SECTION("none") {
    std::string seen;
    RawServer proxy([&](Peer& peer) {
      seen = peer.read_head();
      peer.send(kAnswer);
      peer.wait_for_close();
    });
    CHECK(net.get(through("me:pw@127.0.0.1:" + std::to_string(proxy.port()))).body == "x");
    CHECK(logins({seen}) == std::vector<std::string>{""});
  }
  SECTION("better") {
    AskingProxy proxy(
        "Proxy-Authenticate: Basic realm=\"x\"\r\n"
        "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=\"auth\"\r\n");
    CHECK(net.get(through(proxy.url("me:pw@"))).body == "x");
    CHECK(logins(proxy.take_heads()) == std::vector<std::string>{"", "Digest"});
  }
}

TEST_CASE("a login that is not taken ends the request, with the proxy's name and no secret") {
  NetworkUnderTest net;
  const std::string body = GENERATE("who?", "");
  RawServer proxy([&](Peer& peer) {
    while (!peer.read_head().empty()) {
      peer.send("HTTP/1.1 407 No\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    }
  });
  const std::string place = "127.0.0.1:" + std::to_string(proxy.port());
  const auto& refused = net.get(through("http://me:pw@" + place));
  CHECK(refused.end->status == TransferStatus::ProxyDenied);
  CHECK(refused.end->number == 407);
  CHECK(refused.end->cause ==
        "the proxy http://" + place + " does not accept the login (HTTP status 407)");
  CHECK_FALSE(refused.head);
  const auto& none = net.get(through("http://" + place));
  CHECK(none.end->status == TransferStatus::ProxyDenied);
  CHECK(none.end->cause ==
        "the proxy http://" + place + " wants a login by Basic (HTTP status 407)");
}

TEST_CASE("a proxy that asks without end is left") {
  RawServer proxy([](Peer& peer) {
    while (!peer.read_head().empty()) {
      peer.send(wanted(
          "Proxy-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=\"auth\", stale=true\r\n"));
    }
  });
  NetworkUnderTest net;
  const auto& got = net.get(through("me:pw@127.0.0.1:" + std::to_string(proxy.port())));
  CHECK(got.end->status == TransferStatus::BadResponse);
}

TEST_CASE("a 407 of a server's own is its answer") {
  RawServer server([](Peer& peer) {
    peer.read_head();
    peer.send(wanted("Proxy-Authenticate: Basic realm=\"x\"\r\n"));
    peer.wait_for_close();
  });
  NetworkUnderTest net;
  const auto& got = net.get(server.url());
  REQUIRE(got.head);
  CHECK(got.head->status == 407);
}
