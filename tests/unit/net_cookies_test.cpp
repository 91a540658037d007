// Cookies: whose they are is libcurl's judgement; that it is asked, and how much is kept, is ours.
#include <algorithm>
#include <catch2/catch.hpp>

#include "net/cookie_store.hpp"
#include "support/raw_server.hpp"
#include "support/recording_listener.hpp"

using namespace xget;
using test::NetworkUnderTest;
using test::Peer;
using test::RawServer;
using Lines = std::vector<std::string>;

namespace {

// Sets what it is told to, and keeps the Cookie headers that it was sent.
struct CookieServer {
  void serve(Peer& peer) {
    for (std::string head = peer.read_head(); !head.empty(); head = peer.read_head()) {
      std::string sent;
      for (auto at = head.find("Cookie: "); at != std::string::npos;
           at = head.find("Cookie: ", at + 1)) {
        sent += "[" + head.substr(at + 8, head.find("\r\n", at) - at - 8) + "]";
      }
      seen.push_back(sent);
      std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n";
      for (const std::string& cookie : to_set) answer += "Set-Cookie: " + cookie + "\r\n";
      peer.send(answer + "\r\nx");
    }
  }
  // The same host by the name that is wanted.
  core::HttpRequest request(const std::string& host, const std::string& path = "/") const {
    core::HttpRequest request;
    request.url = "http://" + host + path;
    request.connect_to = "::127.0.0.1:" + std::to_string(server.port());
    return request;
  }

  Lines to_set;
  Lines seen;
  RawServer server{[this](Peer& peer) { serve(peer); }};
};

net::TransportSettings with_cookies(Lines lines = {}) {
  net::TransportSettings settings;
  settings.cookies = std::move(lines);
  return settings;
}

std::string line_of(const std::string& domain, const std::string& name) {
  return domain + "\tFALSE\t/\tFALSE\t0\t" + name + "\tv";
}

}  // namespace

TEST_CASE("unless asked for no cookie is kept or sent") {
  CookieServer site;
  site.to_set = {"a=1"};
  NetworkUnderTest net;
  net.get(site.request("h.example"));
  net.get(site.request("h.example"));
  CHECK(site.seen == Lines{"", ""});
  CHECK(net.loop.cookies().empty());
}

TEST_CASE("a cookie that one request was given goes along with the next") {
  CookieServer site;
  site.to_set = {"a=1"};
  NetworkUnderTest net(with_cookies());
  net.get(site.request("h.example"));
  net.get(site.request("h.example"));
  net.get(site.request("other.example"));
  CHECK(site.seen == Lines{"", "[a=1]", ""});
}

TEST_CASE("cookies given by hand and kept ones go in one header") {
  CookieServer site;
  NetworkUnderTest net(with_cookies({line_of("h.example", "kept")}));
  auto request = site.request("h.example");
  request.headers = {{"cookie", "one=1"}, {"Cookie", "two=2"}};
  net.get(request);
  CHECK(site.seen == Lines{"[kept=v; one=1; two=2]"});
}

TEST_CASE("a cookie given by hand goes along where none are kept") {
  CookieServer site;
  NetworkUnderTest net;
  auto request = site.request("h.example");
  request.headers = {{"Cookie", "one=1"}};
  net.get(request);
  CHECK(site.seen == Lines{"[one=1]"});
}

TEST_CASE("a cookie for a public suffix, or for another's domain, is refused") {
  const std::string domain =
      GENERATE("co.uk", ".co.uk", "CO.UK", "Co.Uk", "uk", "other.co.uk", "b.a.co.uk", "github.io");
  INFO(domain);
  CookieServer site;
  site.to_set = {"a=1; domain=" + domain};
  NetworkUnderTest net(with_cookies());
  net.get(site.request("a.co.uk"));
  CHECK(net.loop.cookies().empty());
}

TEST_CASE("a cookie for one's own domain is kept, and goes to its hosts") {
  CookieServer site;
  site.to_set = {"a=1; domain=a.co.uk"};
  NetworkUnderTest net(with_cookies());
  net.get(site.request("www.a.co.uk"));
  site.to_set.clear();
  net.get(site.request("cdn.a.co.uk"));
  net.get(site.request("xa.co.uk"));
  CHECK(site.seen == Lines{"", "[a=1]", ""});
}

TEST_CASE("a flood of cookies drives out its own, not another host's") {
  CookieServer site;
  NetworkUnderTest net(with_cookies({line_of("h.example", "mine")}));
  std::size_t most = 0;
  for (int response = 0; response < 150; ++response) {
    site.to_set.clear();
    for (int i = 0; i < 50; ++i) {
      site.to_set.push_back("c" + std::to_string(response * 50 + i) + "=" + std::string(100, 'x'));
    }
    net.get(site.request("flood.example"));
    most = std::max(most, net.loop.cookies().size());
  }
  CHECK(most > net::kMostCookies / 2);
  CHECK(most <= net::kMostCookies + 500);
  net.get(site.request("h.example"));
  CHECK(site.seen.back() == "[mine=v]");
}

TEST_CASE("the domains with most cookies lose theirs first") {
  const Lines lines = {line_of("a", "1"), line_of("b", "1"), line_of("b", "2"),
                       line_of("c", "1"), line_of("b", "3"), line_of("a", "2")};
  CHECK(net::within_bounds(lines, 6).size() == 6);
  CHECK(net::within_bounds(lines, 5) == Lines{lines[0], lines[5], lines[3]});
  CHECK(net::within_bounds(lines, 1) == Lines{lines[3]});
  CHECK(net::within_bounds(lines, 0).empty());
  CHECK(net::within_bounds({}, 0).empty());
}
