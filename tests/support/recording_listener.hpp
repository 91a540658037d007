// A TransferListener that keeps what it hears and answers as a test tells it to.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "core/ports.hpp"
#include "net/loop.hpp"
#include "net/system_clock.hpp"

namespace xget::test {

class RecordingListener final : public core::TransferListener {
 public:
  struct Transfer {
    std::optional<core::ResponseHead> head;
    core::ConnectionFacts facts;
    std::string body;
    std::size_t longest_call = 0;
    std::optional<core::TransferEnd> end;
    int ends = 0;
  };

  core::HeadVerdict on_head(core::RequestId id, const core::ResponseHead& head,
                            const core::ConnectionFacts& facts) override {
    transfers[id].head = head;
    transfers[id].facts = facts;
    return answer_head ? answer_head(id) : core::HeadVerdict::Accept;
  }
  core::Flow on_body(core::RequestId id, std::span<const std::byte> bytes) override {
    Transfer& transfer = transfers[id];
    transfer.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    transfer.longest_call = std::max(transfer.longest_call, bytes.size());
    return answer_body ? answer_body(id) : core::Flow::Continue;
  }
  void on_transfer_end(core::RequestId id, const core::TransferEnd& end) override {
    transfers[id].end = end;
    ++transfers[id].ends;
    if (answer_end) answer_end(id);
  }

  std::function<core::HeadVerdict(core::RequestId)> answer_head;
  std::function<core::Flow(core::RequestId)> answer_body;
  std::function<void(core::RequestId)> answer_end;
  std::map<core::RequestId, Transfer> transfers;
};

// A loop with a listener, driven by the test's thread.
struct NetworkUnderTest {
  explicit NetworkUnderTest(const net::TransportSettings& settings = {},
                            net::ResolverSettings resolver = {})
      : loop(clock, settings, std::move(resolver)) {}

  // False if `reached` has not come true within ten seconds.
  bool run_until(const std::function<bool()>& reached) {
    const Instant deadline = clock.now() + std::chrono::seconds(10);
    while (!reached()) {
      if (clock.now() >= deadline) return false;
      loop.poll(deadline);
    }
    return true;
  }
  bool run_for(Duration duration) {
    const Instant end = clock.now() + duration;
    while (clock.now() < end) loop.poll(end);
    return true;
  }

  // One request from start to end.
  RecordingListener::Transfer& get(const core::HttpRequest& request) {
    const core::RequestId id = loop.transport().start(request, listener);
    run_until([&] { return listener.transfers[id].end.has_value(); });
    return listener.transfers[id];
  }
  RecordingListener::Transfer& get(const std::string& url) {
    core::HttpRequest request;
    request.url = url;
    return get(request);
  }

  net::SystemClock clock;
  RecordingListener listener;
  net::Loop loop;
};

// Bytes without a period that a lost or doubled block could hide behind.
inline std::string test_content(std::size_t size) {
  std::string content(size, '\0');
  std::uint64_t state = 88172645463325252ULL;
  for (char& c : content) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    c = static_cast<char>(state);
  }
  return content;
}

inline core::HttpRequest range_request(const std::string& url, std::uint64_t begin,
                                       std::uint64_t end) {
  core::HttpRequest request;
  request.url = url;
  request.headers = {{"Accept-Encoding", "identity"},
                     {"Range", "bytes=" + std::to_string(begin) + "-" + std::to_string(end - 1)}};
  return request;
}

}  // namespace xget::test
