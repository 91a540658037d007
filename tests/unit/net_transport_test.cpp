// CurlTransport against servers that send exactly what a case needs.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "support/raw_server.hpp"
#include "support/recording_listener.hpp"

using namespace xget;
using core::TransferStatus;
using test::NetworkUnderTest;
using test::Peer;
using test::RawServer;
using namespace std::string_literals;

namespace {

// Answers every request of a connection with the same bytes, then closes if told to.
RawServer::Serve answer(std::string response, bool then_close = false) {
  return [response = std::move(response), then_close](Peer& peer) {
    while (!peer.read_head().empty()) {
      peer.send(response);
      if (then_close) {
        peer.finish();
        return;
      }
    }
  };
}

std::string with_length(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunked(const std::string& body, std::size_t chunk) {
  std::string response = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    const std::string part = body.substr(at, chunk);
    std::array<char, 20> size{};
    snprintf(size.data(), size.size(), "%zx\r\n", part.size());
    response += size.data() + part + "\r\n";
  }
  return response + "0\r\n\r\n";
}

}  // namespace

TEST_CASE("a body with a length arrives whole, at most 16 KiB at a time") {
  const std::string content = test::test_content(3'000'000);
  RawServer server(answer(with_length(content)));
  NetworkUnderTest net;
  const auto& got = net.get(server.url());
  CHECK(got.end->status == TransferStatus::Ok);
  CHECK(got.end->length_known);
  CHECK(got.body == content);
  CHECK(got.longest_call <= 16 * 1024);
  CHECK(got.facts.remote_address == "127.0.0.1");
  CHECK_FALSE(got.facts.reused);
  CHECK(got.facts.connect_time > Duration::zero());
  CHECK(got.facts.first_byte_time > Duration::zero());
}

TEST_CASE("a chunked body arrives whole") {
  const std::string content = test::test_content(300'000);
  RawServer server(answer(chunked(content, 777)));
  NetworkUnderTest net;
  const auto& got = net.get(server.url());
  CHECK(got.end->status == TransferStatus::Ok);
  CHECK(got.end->length_known);
  CHECK(got.body == content);
}

TEST_CASE("a body that only the connection's end ends is not proven whole") {
  RawServer server(answer("HTTP/1.1 200 OK\r\n\r\nabc", true));
  NetworkUnderTest net;
  const auto& got = net.get(server.url());
  CHECK(got.end->status == TransferStatus::Ok);
  CHECK_FALSE(got.end->length_known);
  CHECK(got.body == "abc");
}

TEST_CASE("the request is what was asked for and nothing else") {
  std::string seen;
  RawServer server([&](Peer& peer) {
    seen = peer.read_head();
    peer.send(with_length("x"));
    peer.wait_for_close();
  });
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  net::TransportSettings settings;
  settings.user_agent = "agent/1";
  NetworkUnderTest net(settings);
  auto request = test::range_request(server.url("/a/../b"), 5, 10);
  request.headers.push_back({"X-Empty", ""});
  CHECK(net.get(request).end->status == TransferStatus::Ok);
  unsetenv("http_proxy");
  CHECK(seen == "GET /a/../b HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                    "\r\nUser-Agent: agent/1\r\nAccept: */*\r\nAccept-Encoding: identity\r\n"
                    "Range: bytes=5-9\r\nX-Empty:\r\n\r\n");
}

TEST_CASE("a header with a line break is never sent") {
  RawServer server(answer(with_length("x")));
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = server.url();
  request.headers = {{"A", "b\r\nEvil: yes"}};
  CHECK(net.get(request).end->status == TransferStatus::Unusable);
  CHECK(server.connections() == 0);
}

TEST_CASE("interim responses and trailers are not part of the head") {
  RawServer server(
      answer("HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\n"
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
             "3\r\nabc\r\n0\r\nETag: \"late\"\r\n\r\n"));
  NetworkUnderTest net;
  const auto& got = net.get(server.url());
  CHECK(got.end->status == TransferStatus::Ok);
  CHECK(got.head->status == 200);
  CHECK_FALSE(got.head->find("etag"));
  CHECK(got.body == "abc");
}

TEST_CASE("a redirect is handed over, not followed") {
  RawServer server(answer("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"));
  NetworkUnderTest net;
  const auto& got = net.get(server.url());
  CHECK(got.head->status == 302);
  CHECK(got.head->find("location") == "/b");
  CHECK(got.end->status == TransferStatus::Ok);
}

TEST_CASE("a body that ends early is cut short") {
  const std::string head = "HTTP/1.1 206 Partial Content\r\nContent-Length: 100\r\n\r\n";
  NetworkUnderTest net;
  SECTION("by FIN") {
    RawServer server(answer(head + "abc", true));
    const auto& got = net.get(server.url());
    CHECK(got.end->status == TransferStatus::CutShort);
    CHECK(got.body == "abc");
  }
  SECTION("by RST") {
    RawServer server([&](Peer& peer) {
      peer.read_head();
      peer.send(head + "abc");
      peer.reset();
    });
    CHECK(net.get(server.url()).end->status == TransferStatus::CutShort);
  }
  SECTION("in a chunk") {
    RawServer server(
        answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc", true));
    CHECK(net.get(server.url()).end->status == TransferStatus::CutShort);
  }
  SECTION("by a chunk that is none") {
    RawServer server(answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"));
    CHECK(net.get(server.url()).end->status == TransferStatus::CutShort);
  }
}

TEST_CASE("what comes after the announced length is not handed over") {
  RawServer server(answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"));
  NetworkUnderTest net;
  const auto& got = net.get(server.url());
  CHECK(got.end->status == TransferStatus::Ok);
  CHECK(got.body == "abc");
}

TEST_CASE("a connection that breaks before the head is complete is broken") {
  NetworkUnderTest net;
  const std::string parts[] = {"", "HTTP/1.1 200 OK\r\nA: b\r\n", "HTTP/1.1 100 Continue\r\n\r\n"};
  for (const std::string& part : parts) {
    RawServer server(answer(part, true));
    const auto& got = net.get(server.url());
    INFO(part);
    CHECK(got.end->status == TransferStatus::Broken);
    CHECK_FALSE(got.end->cause.empty());
    CHECK_FALSE(got.head);
    CHECK(got.body.empty());
  }
}

TEST_CASE("what is no HTTP is a bad response") {
  NetworkUnderTest net;
  const std::string texts[] = {"garbage\r\n\r\n", "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"};
  for (const std::string& text : texts) {
    RawServer server(answer(text, true));
    const auto& got = net.get(server.url());
    INFO(text);
    CHECK(got.end->status == TransferStatus::BadResponse);
    CHECK_FALSE(got.head);
    CHECK(got.body.empty());
  }
}

TEST_CASE("a response that breaks the rules is refused before its body") {
  NetworkUnderTest net;
  const std::string headers[] = {
      "Content-Length: 3\r\nContent-Length: 4\r\n", "Content-Length: 99999999999999999999\r\n",
      "Content-Length: 3x\r\n", "A: " + std::string(80'000, 'x') + "\r\n"};
  for (const std::string& header : headers) {
    RawServer server(answer("HTTP/1.1 200 OK\r\n" + header + "\r\nabc", true));
    const auto& got = net.get(server.url());
    INFO(header.substr(0, 80));
    CHECK(got.end->status == TransferStatus::BadResponse);
    CHECK_FALSE(got.head);
    CHECK(got.body.empty());
  }
}

TEST_CASE("endless headers end") {
  RawServer server([](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\n");
    while (peer.send("A: b\r\n")) {
    }
  });
  NetworkUnderTest net;
  const auto& got = net.get(server.url());
  CHECK(got.end->status == TransferStatus::BadResponse);
  CHECK(got.end->cause == "the response's header has more than 256 lines");
}

TEST_CASE("a refused connection is a failed connect") {
  NetworkUnderTest net;
  const auto& got = net.get("http://127.0.0.1:" + std::to_string(test::free_port()) + "/");
  CHECK(got.end->status == TransferStatus::ConnectFailed);
  CHECK(got.end->number != 0);
}

TEST_CASE("a handshake that does not come is timed out") {
  RawServer server([](Peer& peer) { peer.wait_for_close(); });
  net::TransportSettings settings;
  settings.connect_timeout = Milliseconds(200);
  NetworkUnderTest net(settings);
  const auto& got = net.get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  CHECK(got.end->status == TransferStatus::TimedOut);
}

TEST_CASE("a handshake is waited for however long it may take") {
  RawServer server([](Peer& peer) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  net::TransportSettings settings;
  settings.connect_timeout = GENERATE(kLongestTime, Milliseconds((1LL << 32) + 1));
  NetworkUnderTest net(settings);
  const auto& got = net.get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  CHECK(got.end->status == TransferStatus::Unusable);
}

TEST_CASE("a server that speaks no TLS is not asked again, and the user hears of http") {
  RawServer server([](Peer& peer) {
    peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_for_close();
  });
  NetworkUnderTest net;
  const auto& got = net.get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  CHECK(got.end->status == TransferStatus::Unusable);
  CHECK(got.end->cause ==
        "the server does not speak TLS on this port; for plain http give http://…");
}

TEST_CASE("a server that breaks off the handshake fails it") {
  RawServer server([](Peer& peer) {
    peer.send("\x15\x03\x03\x00\x02\x02\x28"s);  // the alert "handshake failure"
    peer.wait_for_close();
  });
  NetworkUnderTest net;
  const auto& got = net.get("https://127.0.0.1:" + std::to_string(server.port()) + "/");
  CHECK(got.end->status == TransferStatus::TlsFailed);
}

TEST_CASE("a URL of another scheme is unusable") {
  NetworkUnderTest net;
  CHECK(net.get("file:///etc/passwd").end->status == TransferStatus::Unusable);
}

TEST_CASE("a pinned address is where the connection goes, the name stays in the request") {
  std::string seen;
  const bool ipv6 = GENERATE(false, true);
  RawServer server(
      [&](Peer& peer) {
        seen = peer.read_head();
        peer.send(with_length("x"));
        peer.wait_for_close();
      },
      ipv6);
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = "http://pinned.invalid:" + std::to_string(server.port()) + "/";
  request.pinned_address = ipv6 ? "::1" : "127.0.0.1";
  const auto& got = net.get(request);
  CHECK(got.end->status == TransferStatus::Ok);
  CHECK(got.facts.remote_address == request.pinned_address);
  CHECK(seen.find("Host: pinned.invalid:") != std::string::npos);
}

TEST_CASE("a connect-to rule comes before a pinned address") {
  RawServer server(answer(with_length("x")));
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = "http://pinned.invalid/";
  request.pinned_address = "127.0.0.99";
  request.connect_to = "pinned.invalid:80:127.0.0.1:" + std::to_string(server.port());
  CHECK(net.get(request).end->status == TransferStatus::Ok);
}

TEST_CASE("a proxy gets the whole URL, and a pin is ignored behind it") {
  std::string seen;
  RawServer server([&](Peer& peer) {
    seen = peer.read_head();
    peer.send(with_length("x"));
    peer.wait_for_close();
  });
  setenv("no_proxy", "*", 1);
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = "http://target.invalid/a";
  request.pinned_address = "127.0.0.99";
  request.proxy = "http://me:pw@127.0.0.1:" + std::to_string(server.port());
  request.proxy_auth = ProxyAuth::Basic;
  CHECK(net.get(request).end->status == TransferStatus::Ok);
  unsetenv("no_proxy");
  CHECK(seen.starts_with("GET http://target.invalid/a HTTP/1.1\r\n"));
  CHECK(seen.find("Proxy-Authorization: Basic bWU6cHc=") != std::string::npos);
}

TEST_CASE("a proxy that cannot be reached or refuses is the proxy's failure") {
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = "https://target.invalid/a";
  SECTION("nobody listens") {
    request.proxy = "http://127.0.0.1:" + std::to_string(test::free_port());
    CHECK(net.get(request).end->status == TransferStatus::ProxyFailed);
  }
  SECTION("it answers 403 to CONNECT") {
    RawServer server(answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"));
    request.proxy = "http://127.0.0.1:" + std::to_string(server.port());
    const auto& got = net.get(request);
    CHECK(got.end->status == TransferStatus::ProxyFailed);
    CHECK_FALSE(got.head);
  }
  SECTION("it wants credentials for CONNECT") {
    RawServer server(answer("HTTP/1.1 407 Who Are You\r\nContent-Length: 0\r\n\r\n"));
    request.proxy = "http://127.0.0.1:" + std::to_string(server.port());
    CHECK(net.get(request).end->status == TransferStatus::ProxyDenied);
  }
}

TEST_CASE("requests in a row use one connection") {
  RawServer server(answer(with_length("abc")));
  NetworkUnderTest net;
  CHECK_FALSE(net.get(server.url()).facts.reused);
  for (int i = 0; i < 3; ++i) {
    const auto& got = net.get(server.url());
    CHECK(got.facts.reused);
    CHECK(got.facts.connect_time == Duration::zero());
  }
  CHECK(server.connections() == 1);
}

TEST_CASE("a kept connection that the server has closed meanwhile is replaced") {
  RawServer server([](Peer& peer) {
    peer.read_head();
    peer.send(with_length("abc"));
    peer.finish();
  });
  NetworkUnderTest net;
  for (int i = 0; i < 3; ++i) CHECK(net.get(server.url()).end->status == TransferStatus::Ok);
  CHECK(server.connections() == 3);
}

TEST_CASE("paused and resumed transfers lose no byte and get none twice") {
  const std::string content = test::test_content(2'000'000);
  const bool in_chunks = GENERATE(false, true);
  RawServer server(answer(in_chunks ? chunked(content, 5000) : with_length(content)));
  NetworkUnderTest net;
  int calls = 0;
  std::vector<core::RequestId> paused;
  net.listener.answer_body = [&](core::RequestId id) {
    if (++calls % 3 != 0) return core::Flow::Continue;
    paused.push_back(id);
    return core::Flow::Pause;
  };
  core::HttpRequest request;
  request.url = server.url();
  const auto id = net.loop.transport().start(request, net.listener);
  auto& transfer = net.listener.transfers[id];
  net.run_until([&] {
    for (const auto each : std::exchange(paused, {})) {
      const std::size_t before = transfer.body.size();
      net.loop.transport().resume(each);
      REQUIRE(transfer.body.size() == before);  // never from inside the call that asked
    }
    return transfer.end.has_value();
  });
  CHECK(transfer.end->status == TransferStatus::Ok);
  CHECK(transfer.body == content);
}

TEST_CASE("a paused transfer gets nothing until it is resumed") {
  const std::string content = test::test_content(8'000'000);
  RawServer server(answer(with_length(content)));
  NetworkUnderTest net;
  bool pause = true;
  net.listener.answer_body = [&](core::RequestId) {
    return pause ? core::Flow::Pause : core::Flow::Continue;
  };
  core::HttpRequest request;
  request.url = server.url();
  const auto id = net.loop.transport().start(request, net.listener);
  auto& transfer = net.listener.transfers[id];
  net.run_for(std::chrono::milliseconds(100));
  const std::size_t first = transfer.body.size();
  CHECK(first > 0);
  CHECK(first <= 16 * 1024);
  net.loop.transport().resume(id);
  net.run_for(std::chrono::milliseconds(100));
  CHECK(transfer.body.size() > first);
  CHECK(transfer.body.size() <= first + 16 * 1024);
  pause = false;
  net.loop.transport().resume(id);
  net.run_until([&] { return transfer.end.has_value(); });
  CHECK(transfer.body == content);
}

TEST_CASE("stopping ends a transfer as cancelled, after a pause too") {
  RawServer server(answer(with_length(test::test_content(4'000'000))));
  NetworkUnderTest net;
  const bool after_pause = GENERATE(false, true);
  int calls = 0;
  net.listener.answer_body = [&](core::RequestId) {
    return after_pause && ++calls == 1 ? core::Flow::Pause : core::Flow::Stop;
  };
  core::HttpRequest request;
  request.url = server.url();
  const auto id = net.loop.transport().start(request, net.listener);
  auto& transfer = net.listener.transfers[id];
  if (after_pause) {
    net.run_for(std::chrono::milliseconds(50));
    net.loop.transport().resume(id);
  }
  net.run_until([&] { return transfer.end.has_value(); });
  CHECK(transfer.end->status == TransferStatus::Cancelled);
  net.run_for(std::chrono::milliseconds(50));
  CHECK(transfer.ends == 1);
}

TEST_CASE("a refused response is cancelled without a body byte") {
  RawServer server(answer(with_length("abc")));
  NetworkUnderTest net;
  net.listener.answer_head = [](core::RequestId) { return core::HeadVerdict::Refuse; };
  const auto& got = net.get(server.url());
  CHECK(got.end->status == TransferStatus::Cancelled);
  CHECK(got.body.empty());
}

TEST_CASE("a short unwanted body is drained and its connection kept, a long one is cut") {
  const std::size_t size = GENERATE(1'000, 1'000'000);
  const bool in_chunks = GENERATE(false, true);
  const std::string content = test::test_content(size);
  RawServer server(answer(in_chunks ? chunked(content, 5000) : with_length(content)));
  NetworkUnderTest net;
  net.listener.answer_head = [](core::RequestId) { return core::HeadVerdict::Drain; };
  const auto first = net.get(server.url());
  CHECK(first.end->status == TransferStatus::Ok);
  CHECK(first.body.empty());
  CHECK(net.get(server.url()).facts.reused == (size == 1'000));
}

TEST_CASE("a request may be cancelled from inside each of its callbacks") {
  RawServer server(answer(with_length(test::test_content(1'000'000))));
  NetworkUnderTest net;
  const int where = GENERATE(0, 1, 2);
  net.listener.answer_head = [&](core::RequestId id) {
    if (where == 0) net.loop.transport().cancel(id);
    return core::HeadVerdict::Accept;
  };
  net.listener.answer_body = [&](core::RequestId id) {
    if (where == 1) net.loop.transport().cancel(id);
    return core::Flow::Continue;
  };
  net.listener.answer_end = [&](core::RequestId id) { net.loop.transport().cancel(id); };
  core::HttpRequest request;
  request.url = server.url();
  const auto id = net.loop.transport().start(request, net.listener);
  net.run_for(std::chrono::milliseconds(100));
  CHECK(net.listener.transfers[id].ends == (where == 2 ? 1 : 0));
  if (where == 0) CHECK(net.listener.transfers[id].body.empty());
  if (where == 1) CHECK(net.listener.transfers[id].body.size() <= 16 * 1024);
}

TEST_CASE("requests may cancel each other and start new ones from inside callbacks") {
  RawServer server(answer(with_length(test::test_content(500'000))));
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = server.url();
  std::vector<core::RequestId> others;
  core::RequestId started = 0;
  net.listener.answer_body = [&](core::RequestId) {
    for (const auto other : std::exchange(others, {})) net.loop.transport().cancel(other);
    if (started == 0) started = net.loop.transport().start(request, net.listener);
    return core::Flow::Continue;
  };
  const auto first = net.loop.transport().start(request, net.listener);
  net.loop.poll(net.clock.now());
  for (int i = 0; i < 3; ++i) others.push_back(net.loop.transport().start(request, net.listener));
  const auto cancelled = others;
  net.run_until([&] {
    return started != 0 && net.listener.transfers[started].end && net.listener.transfers[first].end;
  });
  CHECK(net.listener.transfers[first].body.size() == 500'000);
  CHECK(net.listener.transfers[started].body.size() == 500'000);
  for (const auto id : cancelled) CHECK_FALSE(net.listener.transfers[id].end);
}

TEST_CASE("cancelling before anything happened, twice, or an unknown id does nothing more") {
  RawServer server(answer(with_length("abc")));
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = server.url();
  const auto id = net.loop.transport().start(request, net.listener);
  net.loop.transport().cancel(id);
  net.loop.transport().cancel(id);
  net.loop.transport().cancel(4711);
  net.loop.transport().resume(id);
  net.run_for(std::chrono::milliseconds(50));
  CHECK(net.listener.transfers.empty());
  CHECK(server.connections() == 0);
}

TEST_CASE("a plain request never waits to see whether another's connection speaks HTTP/2") {
  std::atomic<int> requests{0};
  RawServer server([&](Peer& peer) {
    peer.read_head();
    if (++requests > 1) peer.send(with_length("abc"));
    peer.read_head();  // until the client leaves
  });
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = server.url();
  request.http2 = true;
  net.loop.transport().start(request, net.listener);
  net.run_until([&] { return requests == 1; });
  CHECK(net.get(request).body == "abc");
}

TEST_CASE("a request cancelled while it waited for a handshake spoils no later one") {
  RawServer silent([](Peer& peer) { peer.read_head(); });
  NetworkUnderTest net;
  core::HttpRequest request;
  request.url = "https://127.0.0.1:" + std::to_string(silent.port()) + "/";
  request.http2 = true;
  net.loop.transport().start(request, net.listener);
  net.run_for(std::chrono::milliseconds(50));
  const auto waiting = net.loop.transport().start(request, net.listener);
  net.run_for(std::chrono::milliseconds(50));
  net.loop.transport().cancel(waiting);
  const auto next = net.loop.transport().start(request, net.listener);
  net.run_for(std::chrono::milliseconds(50));
  CHECK_FALSE(net.listener.transfers[next].end);
}

TEST_CASE("what a listener throws comes out of poll, and the loop goes on") {
  RawServer server(answer(with_length("abc")));
  NetworkUnderTest net;
  net.listener.answer_body = [](core::RequestId) -> core::Flow { throw std::logic_error("a bug"); };
  CHECK_THROWS_AS(net.get(server.url()), std::logic_error);
  net.listener.answer_body = nullptr;
  CHECK(net.get(server.url()).body == "abc");
}
