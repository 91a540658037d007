// CurlTransport against a real nginx: keep-alive, TLS, HTTP/2.
#include <catch2/catch.hpp>

#include "support/nginx_server.hpp"
#include "support/recording_listener.hpp"

using namespace xget;
using core::TransferStatus;
using test::NetworkUnderTest;
using test::NginxServer;

namespace {

struct Fixture {
  Fixture() : content(test::test_content(4'000'000)), server(content) {
    trusting.cacert = server.certificate();
  }
  std::string content;
  NginxServer server;
  net::TransportSettings trusting;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "consecutive ranges keep their connection and bring the right bytes") {
  const std::string url = GENERATE(true, false) ? server.http_url() : server.https_url();
  NetworkUnderTest net(trusting);
  for (std::uint64_t begin = 0; begin < content.size(); begin += 1'000'000) {
    const auto& got = net.get(test::range_request(url, begin, begin + 1'000'000));
    CHECK(got.head->status == 206);
    CHECK(got.facts.reused == (begin > 0));
    CHECK(got.body == content.substr(begin, 1'000'000));
  }
}

TEST_CASE_METHOD(Fixture, "a certificate that nobody vouches for is refused, unless told to") {
  {
    NetworkUnderTest net;
    const auto& got = net.get(server.https_url());
    CHECK(got.end->status == TransferStatus::CertificateBad);
    CHECK_FALSE(got.head);
  }
  net::TransportSettings insecure;
  insecure.insecure = true;
  NetworkUnderTest net(insecure);
  CHECK(net.get(server.https_url()).end->status == TransferStatus::Ok);
}

TEST_CASE_METHOD(Fixture, "a certificate for another name is refused, a pin does not help") {
  NetworkUnderTest net(trusting);
  core::HttpRequest request;
  request.url = "https://other.invalid:" + std::to_string(server.https_port()) + "/file";
  request.pinned_address = "127.0.0.1";
  CHECK(net.get(request).end->status == TransferStatus::CertificateBad);
}

TEST_CASE_METHOD(Fixture, "a pinned key must match even when certificates do not count") {
  net::TransportSettings settings = trusting;
  settings.insecure = true;
  settings.pinned_public_key = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  NetworkUnderTest net(settings);
  CHECK(net.get(server.https_url()).end->status == TransferStatus::WrongKey);
}

TEST_CASE_METHOD(Fixture, "files that TLS needs and that are not there make a request unusable") {
  net::TransportSettings settings;
  SECTION("certificate authorities") { settings.cacert = "/nonexistent.pem"; }
  SECTION("client certificate") {
    settings = trusting;
    settings.cert = "/nonexistent.pem";
  }
  NetworkUnderTest net(settings);
  CHECK(net.get(server.https_url()).end->status == TransferStatus::Unusable);
}

TEST_CASE_METHOD(Fixture, "TLS sessions are shared between the connections of a transport") {
  NetworkUnderTest net(trusting);
  // A paused transfer keeps its connection busy, so that the next one needs its own.
  net.listener.answer_body = [](core::RequestId) { return core::Flow::Pause; };
  core::HttpRequest request;
  request.url = server.https_url();
  for (int i = 0; i < 3; ++i) {
    const auto id = net.loop.transport().start(request, net.listener);
    REQUIRE(net.run_until([&] { return !net.listener.transfers[id].body.empty(); }));
    CHECK_FALSE(net.listener.transfers[id].facts.reused);
  }
  for (const auto& [id, transfer] : net.listener.transfers) net.loop.transport().cancel(id);
  REQUIRE(net.run_until([&] {
    net.loop.wake();
    return server.log().size() == 3;
  }));
  int resumed = 0;
  for (const auto& line : server.log()) resumed += line.starts_with("HTTP/1.1 200 r ") ? 1 : 0;
  CHECK(resumed == 2);
}

TEST_CASE_METHOD(Fixture, "requests that may use HTTP/2 share one connection, the others never") {
  NetworkUnderTest net(trusting);
  const bool http2 = GENERATE(false, true);
  std::vector<core::RequestId> ids;
  for (std::uint64_t i = 0; i < 4; ++i) {
    auto request = test::range_request(server.https_url(), i * 1'000'000, (i + 1) * 1'000'000);
    request.http2 = http2;
    ids.push_back(net.loop.transport().start(request, net.listener));
  }
  int new_connections = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto& transfer = net.listener.transfers[ids[i]];
    REQUIRE(net.run_until([&] { return transfer.end.has_value(); }));
    CHECK(transfer.end->status == TransferStatus::Ok);
    CHECK(transfer.end->length_known);
    CHECK(transfer.head->http_version == (http2 ? 20 : 11));
    CHECK(transfer.body == content.substr(i * 1'000'000, 1'000'000));
    new_connections += transfer.facts.reused ? 0 : 1;
  }
  CHECK(new_connections == (http2 ? 1 : 4));
}

TEST_CASE_METHOD(Fixture, "pausing works over TLS and HTTP/2") {
  NetworkUnderTest net(trusting);
  core::HttpRequest request;
  request.url = server.https_url();
  request.http2 = GENERATE(false, true);
  std::vector<core::RequestId> paused;
  net.listener.answer_body = [&](core::RequestId id) {
    paused.push_back(id);
    return core::Flow::Pause;
  };
  const auto a = net.loop.transport().start(request, net.listener);
  const auto b = net.loop.transport().start(request, net.listener);
  auto& transfers = net.listener.transfers;
  REQUIRE(net.run_until([&] {
    for (const auto id : std::exchange(paused, {})) net.loop.transport().resume(id);
    return transfers[a].end && transfers[b].end;
  }));
  CHECK(transfers[a].body == content);
  CHECK(transfers[b].body == content);
}

TEST_CASE_METHOD(Fixture, "a stream that is cancelled leaves the others of its connection alone") {
  NetworkUnderTest net(trusting);
  core::HttpRequest request;
  request.url = server.https_url();
  request.http2 = true;
  core::RequestId victim = 0;
  net.listener.answer_body = [&](core::RequestId) {
    net.loop.transport().cancel(victim);
    return core::Flow::Continue;
  };
  const auto other = net.loop.transport().start(request, net.listener);
  victim = net.loop.transport().start(request, net.listener);
  auto& transfer = net.listener.transfers[other];
  REQUIRE(net.run_until([&] { return transfer.end.has_value(); }));
  CHECK(transfer.end->status == TransferStatus::Ok);
  CHECK(transfer.body == content);
  CHECK_FALSE(net.listener.transfers[victim].end);
}
