// CurlTransport's requests that are no GET: methods, and the bodies that they send.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>

#include "support/raw_server.hpp"
#include "support/recording_listener.hpp"

using namespace xget;
using core::Method;
using core::TransferStatus;
using test::NetworkUnderTest;
using test::Peer;
using test::RawServer;
using namespace std::string_literals;

namespace {

constexpr auto kEmptyAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

// Has the first `there` bytes of its text, and the rest once they are let go.
class TextBody final : public core::RequestBody {
 public:
  explicit TextBody(std::string text) : there(text.size()), text_(std::move(text)) {}
  [[nodiscard]] std::uint64_t size() const override { return text_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    CHECK_FALSE(into.empty());
    CHECK(offset < text_.size());
    if (offset >= fails_at) return fail({.code = ErrorCode::Disk, .cause = "it was cut"});
    const std::size_t count = std::min<std::size_t>(into.size(), there - offset);
    std::memcpy(into.data(), text_.data() + offset, count);
    longest_read = std::max(longest_read, into.size());
    return count;
  }

  std::size_t there;
  std::uint64_t fails_at = UINT64_MAX;
  std::size_t longest_read = 0;

 private:
  const std::string text_;
};

core::HttpRequest request_of(Method method, const std::string& url,
                             std::shared_ptr<core::RequestBody> body = nullptr) {
  core::HttpRequest request;
  request.method = method;
  request.url = url;
  request.body = std::move(body);
  return request;
}

std::string first_line(const std::string& head) { return head.substr(0, head.find('\r')); }

bool has_line(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}

// Keeps what it was sent of `size` bytes, and answers each request alike.
struct Receiver {
  explicit Receiver(std::size_t size, std::string answer = kEmptyAnswer)
      : server([this, size, answer](Peer& peer) {
          while (true) {
            const std::string seen = peer.read_head();
            if (seen.empty()) return;
            head = seen;
            body = peer.read_bytes(size);
            ++requests;
            peer.send(answer);
          }
        }) {}
  std::string head;
  std::string body;
  std::atomic<int> requests = 0;
  RawServer server;
};

}  // namespace

TEST_CASE("a body is sent whole, with its length, and without waiting for leave") {
  const std::string content = test::test_content(5'000'000);
  Receiver receiver(content.size());
  NetworkUnderTest net;
  const auto body = std::make_shared<TextBody>(content);
  const auto method = GENERATE(Method::Put, Method::Post);
  const auto& got = net.get(request_of(method, receiver.server.url("/x?y"), body));
  CHECK(got.end->status == TransferStatus::Ok);
  CHECK(first_line(receiver.head) ==
        (method == Method::Put ? "PUT /x?y HTTP/1.1" : "POST /x?y HTTP/1.1"));
  CHECK(has_line(receiver.head, "Content-Length: 5000000"));
  CHECK(receiver.head.find("Expect") == std::string::npos);
  CHECK(receiver.head.find("Content-Type") == std::string::npos);
  CHECK(receiver.head.find("Transfer-Encoding") == std::string::npos);
  CHECK(receiver.body == content);
  CHECK(body->longest_read <= 256 * 1024);
}

TEST_CASE("a POST and a PUT of nothing say so") {
  Receiver receiver(0);
  NetworkUnderTest net;
  const auto method = GENERATE(Method::Put, Method::Post);
  CHECK(net.get(request_of(method, receiver.server.url())).end->status == TransferStatus::Ok);
  CHECK(has_line(receiver.head, "Content-Length: 0"));
}

TEST_CASE("a DELETE sends no body and reads the answer") {
  Receiver receiver(0, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngone");
  NetworkUnderTest net;
  const auto& got = net.get(request_of(Method::Delete, receiver.server.url("/k")));
  CHECK(got.end->status == TransferStatus::Ok);
  CHECK(first_line(receiver.head) == "DELETE /k HTTP/1.1");
  CHECK(receiver.head.find("Content-Length") == std::string::npos);
  CHECK(got.body == "gone");
}

TEST_CASE("the answer to a HEAD ends with its head, and its connection is used again") {
  Receiver receiver(0, "HTTP/1.1 200 OK\r\nContent-Length: 70000000\r\n\r\n");
  NetworkUnderTest net;
  const auto verdict = GENERATE(core::HeadVerdict::Accept, core::HeadVerdict::Drain);
  net.listener.answer_head = [&](core::RequestId) { return verdict; };
  const auto& first = net.get(request_of(Method::Head, receiver.server.url("/k")));
  CHECK(first.end->status == TransferStatus::Ok);
  CHECK(first.body.empty());
  CHECK(first_line(receiver.head) == "HEAD /k HTTP/1.1");
  const auto& second = net.get(request_of(Method::Head, receiver.server.url("/k")));
  CHECK(second.end->status == TransferStatus::Ok);
  CHECK(second.facts.reused);
}

TEST_CASE("a body that has nothing yet is asked for more once it is resumed") {
  const std::string content = test::test_content(400'000);
  Receiver receiver(content.size());
  NetworkUnderTest net;
  const auto body = std::make_shared<TextBody>(content);
  body->there = GENERATE(std::size_t{0}, std::size_t{150'000});
  const auto id = net.loop.transport().start(request_of(Method::Put, receiver.server.url(), body),
                                             net.listener);
  const auto& transfer = net.listener.transfers[id];
  net.run_for(std::chrono::milliseconds(100));
  CHECK_FALSE(transfer.end);
  body->there = 300'000;
  net.loop.transport().resume(id);
  net.run_for(std::chrono::milliseconds(50));
  CHECK_FALSE(transfer.end);
  body->there = content.size();
  net.loop.transport().resume(id);
  CHECK(net.run_until([&] { return transfer.end.has_value(); }));
  CHECK(transfer.end->status == TransferStatus::Ok);
  CHECK(receiver.body == content);
}

TEST_CASE("a body that cannot be read ends the request, which says why") {
  Receiver receiver(400'000);
  NetworkUnderTest net;
  const auto body = std::make_shared<TextBody>(test::test_content(400'000));
  body->fails_at = GENERATE(std::uint64_t{0}, std::uint64_t{1});
  const auto& got = net.get(request_of(Method::Put, receiver.server.url(), body));
  CHECK(got.end->status == TransferStatus::BodyFailed);
  CHECK(got.end->cause == "it was cut");
}

TEST_CASE("a body is sent again from its front over another connection") {
  const std::string content = test::test_content(300'000);
  std::atomic<int> connections = 0;
  std::string received;
  RawServer server([&](Peer& peer) {
    const bool first = ++connections == 1;
    while (!peer.read_head().empty()) {
      received = peer.read_bytes(content.size());
      peer.send(kEmptyAnswer);
      if (first) {
        peer.finish();  // after it was kept: the next request meets a dead connection
        return;
      }
    }
  });
  NetworkUnderTest net;
  const auto once = [&] {
    return net.get(request_of(Method::Put, server.url(), std::make_shared<TextBody>(content)))
        .end->status;
  };
  CHECK(once() == TransferStatus::Ok);
  received.clear();
  CHECK(once() == TransferStatus::Ok);
  CHECK(received == content);
  CHECK(connections == 2);
}

TEST_CASE("a POST whose connection ends without a word is not sent again unasked") {
  std::atomic<int> received = 0;
  RawServer server([&](Peer& peer) {
    while (!peer.read_head().empty()) {
      if (++received == 2) return peer.finish();
      peer.send(kEmptyAnswer);
    }
  });
  NetworkUnderTest net;
  const auto once = [&] { return net.get(request_of(Method::Post, server.url(), nullptr)).end; };
  CHECK(once()->status == TransferStatus::Ok);
  const auto second = once();
  CHECK(second->status == TransferStatus::Broken);
  CHECK(second->cause == "the connection ended before the answer");
  CHECK(received == 2);
  CHECK(once()->status == TransferStatus::Ok);
}

TEST_CASE("an answer that refuses comes through before the body is sent whole") {
  RawServer server([](Peer& peer) {
    peer.read_head();
    peer.send("HTTP/1.1 503 Slow Down\r\nContent-Length: 4\r\n\r\nslow");
    peer.wait_for_close();
  });
  NetworkUnderTest net;
  const auto body = std::make_shared<TextBody>(test::test_content(50'000'000));
  const auto& got = net.get(request_of(Method::Put, server.url(), body));
  REQUIRE(got.head);
  CHECK(got.head->status == 503);
  CHECK(got.body == "slow");
  CHECK(got.end->status == TransferStatus::Ok);
}
