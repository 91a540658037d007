// Probe: the first request of a job, whose response goes on as its first range. Bytes that arrive
// before the job has decided what to do with them are kept (one delivery) and the response waits.
// Thread: loop.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/source.hpp"

namespace xget::engine {

class Probe {
 public:
  Probe(core::Source& source, core::SourceListener& owner) : source_(source), owner_(owner) {}
  ~Probe() { drop(); }
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  void start(core::FetchSpec spec) {
    drop();
    spec_ = std::move(spec);
    fetch_ = source_.fetch(spec_, owner_);
  }
  // Forgets the answer; ends the response if it still runs.
  void drop() {
    if (fetch_ != 0 && !end_) source_.cancel(fetch_);
    fetch_ = 0;
    offer_.reset();
    end_.reset();
    first_bytes_.clear();
  }

  [[nodiscard]] bool owns(core::FetchId id) const { return id != 0 && id == fetch_; }
  bool on_offer(const core::Offer& offer) {
    offer_ = offer;
    return true;
  }
  core::Flow on_bytes(std::span<const std::byte> bytes) {
    first_bytes_.insert(first_bytes_.end(), bytes.begin(), bytes.end());
    return core::Flow::Pause;
  }
  void on_fetch_end(const core::FetchEnd& end) { end_ = end; }

  [[nodiscard]] const core::FetchSpec& spec() const { return spec_; }
  [[nodiscard]] bool running() const { return fetch_ != 0; }
  [[nodiscard]] const std::optional<core::Offer>& offer() const { return offer_; }
  // The request failed before a usable answer came.
  [[nodiscard]] const core::Failure* failure() const {
    return end_ && end_->failure && !offer_ ? &*end_->failure : nullptr;
  }

  // Hands the response over: what it was, what came of it so far, whether it has ended already.
  struct Response {
    core::FetchId fetch = 0;
    core::Offer offer;
    std::vector<std::byte> first_bytes;
    std::optional<core::FetchEnd> end;
  };
  Response release() {
    Response response{fetch_, *std::move(offer_), std::move(first_bytes_), std::move(end_)};
    fetch_ = 0;
    drop();
    return response;
  }

 private:
  core::Source& source_;
  core::SourceListener& owner_;
  core::FetchSpec spec_;
  core::FetchId fetch_ = 0;
  std::optional<core::Offer> offer_;
  std::vector<std::byte> first_bytes_;
  std::optional<core::FetchEnd> end_;
};

}  // namespace xget::engine
