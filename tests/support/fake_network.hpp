// A network of plain data for what stands on the Transport and Resolver ports: a test sees each
// request that runs and says what comes of it. Nothing happens by itself, and time stands still
// until it is moved.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ports.hpp"

namespace xget::test {

class FakeClock final : public core::Clock {
 public:
  Instant now() override { return now_; }
  WallTime wall_now() override { return WallTime{}; }
  void pass(Duration duration) { now_ += duration; }

 private:
  Instant now_{};
};

class FakeResolver final : public core::Resolver {
 public:
  using Done = std::function<void(Result<std::vector<std::string>>)>;

  core::LookupId resolve(const std::string& host, Done done) override {
    waiting_.emplace(++last_, Lookup{host, std::move(done)});
    return last_;
  }
  void cancel(core::LookupId id) override { waiting_.erase(id); }

  // Answers all lookups from `addresses`.
  void run() {
    while (!waiting_.empty()) {
      auto node = waiting_.extract(waiting_.begin());
      const auto known = addresses.find(node.mapped().host);
      node.mapped().done(known != addresses.end()
                             ? Result<std::vector<std::string>>(known->second)
                             : fail({.code = ErrorCode::Network, .cause = "no such host"}));
    }
  }
  [[nodiscard]] bool idle() const { return waiting_.empty(); }

  std::map<std::string, std::vector<std::string>> addresses;

 private:
  struct Lookup {
    std::string host;
    Done done;
  };
  core::LookupId last_ = 0;
  std::map<core::LookupId, Lookup> waiting_;
};

class FakeTransport final : public core::Transport {
 public:
  core::RequestId start(const core::HttpRequest& request,
                        core::TransferListener& listener) override {
    running_.emplace(++last_, Running{request, &listener});
    return last_;
  }
  void cancel(core::RequestId id) override { running_.erase(id); }
  void resume(core::RequestId) override {}
  std::optional<core::PathFacts> path(core::RequestId) override { return std::nullopt; }

  // Where the running requests are pinned to, in the order they were started.
  [[nodiscard]] std::vector<std::string> addresses() const {
    std::vector<std::string> all;
    for (const auto& [id, running] : running_) all.push_back(running.request.pinned_address);
    return all;
  }
  // The requests that run, in the order they were started.
  [[nodiscard]] std::vector<core::RequestId> running() const {
    std::vector<core::RequestId> ids;
    for (const auto& [id, running] : running_) ids.push_back(id);
    return ids;
  }
  // The newest request, or the one that is pinned to this address; 0 if there is none.
  [[nodiscard]] core::RequestId newest() const {
    return running_.empty() ? 0 : running_.rbegin()->first;
  }
  [[nodiscard]] core::RequestId at(const std::string& address) const {
    const auto found = std::find_if(running_.begin(), running_.end(), [&](const auto& entry) {
      return entry.second.request.pinned_address == address;
    });
    return found == running_.end() ? 0 : found->first;
  }
  [[nodiscard]] const core::HttpRequest& request(core::RequestId id) const {
    return running_.at(id).request;
  }

  // The head arrives. What is not accepted ends as the port says.
  core::HeadVerdict head(core::RequestId id, int status, std::vector<core::Header> headers) {
    const core::ResponseHead head{status, 11, std::move(headers)};
    const auto verdict = running_.at(id).listener->on_head(id, head, {});
    if (verdict == core::HeadVerdict::Drain) end(id, core::TransferStatus::Ok);
    if (verdict == core::HeadVerdict::Refuse) end(id, core::TransferStatus::Cancelled);
    return verdict;
  }
  core::Flow body(core::RequestId id, std::size_t count) {
    return body(id, std::string(count, 'x'));
  }
  core::Flow body(core::RequestId id, std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    const auto flow = running_.at(id).listener->on_body(id, bytes);
    if (flow == core::Flow::Stop) end(id, core::TransferStatus::Cancelled);
    return flow;
  }
  void end(core::RequestId id, core::TransferStatus status, bool reused = false) {
    const auto node = running_.extract(id);
    if (node.empty()) return;
    node.mapped().listener->on_transfer_end(id, {.status = status, .reused = reused});
  }

 private:
  struct Running {
    core::HttpRequest request;
    core::TransferListener* listener = nullptr;
  };
  core::RequestId last_ = 0;
  std::map<core::RequestId, Running> running_;
};

// Empty: the request has no such header.
inline std::string header_of(const core::HttpRequest& request, const std::string& name) {
  for (const core::Header& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

}  // namespace xget::test
