// A Source of plain data: a test changes it, and says when what was asked is answered.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/source.hpp"

namespace xget::test {

class FakeSource final : public core::Source {
 public:
  core::FetchId fetch(const core::FetchSpec& spec, core::SourceListener& listener) override {
    asked.push_back(spec);
    fetches_[++last_] = {spec, &listener, spec.range.begin};
    return last_;
  }
  void cancel(core::FetchId id, core::CancelCause) override { fetches_.erase(id); }
  void resume(core::FetchId id) override { fetches_.at(id).paused = false; }
  std::optional<core::PathFacts> path(core::FetchId) override { return std::nullopt; }
  [[nodiscard]] std::optional<Instant> next_deadline() const override { return std::nullopt; }
  void on_time(Instant) override {}
  void start_over() override {}
  Result<void> use_url(const std::string&) override { return {}; }
  [[nodiscard]] std::string name() const override { return "https://a.example/file"; }
  [[nodiscard]] std::vector<std::string> addresses(const std::string&) const override { return {}; }

  // Answers what is under way, as far as whoever asked takes it. `most`: bytes, then each breaks.
  void serve(std::size_t most = SIZE_MAX) {
    std::vector<core::FetchId> ids;
    for (const auto& [id, fetch] : fetches_) ids.push_back(id);
    for (const core::FetchId id : ids) serve_one(id, most);
  }
  [[nodiscard]] std::size_t under_way() const { return fetches_.size(); }

  std::string bytes;
  std::string etag = "\"1\"";  // with its quotes; empty: none
  bool ranges = true;
  bool says_size = true;
  std::vector<core::FetchSpec> asked;

 private:
  struct Fetch {
    core::FetchSpec spec;
    core::SourceListener* listener = nullptr;
    std::uint64_t at = 0;
    bool offered = false;
    bool paused = false;
  };

  void end(core::FetchId id, std::optional<core::Failure> failure) {
    auto fetch = fetches_.extract(id);
    fetch.mapped().listener->on_fetch_end(id, {.failure = std::move(failure)});
  }
  void serve_one(core::FetchId id, std::size_t most) {
    Fetch& fetch = fetches_.at(id);
    const auto& expected = fetch.spec.expected;
    if (expected && expected->validators.strong_etag != etag) {
      return end(id, core::Failure{.kind = core::FailureKind::OtherVersion, .cause = "another"});
    }
    const std::uint64_t stop = std::min<std::uint64_t>(fetch.spec.range.end, bytes.size());
    if (!fetch.offered) {
      fetch.offered = true;
      core::Offer offer;
      offer.granted = {fetch.at, says_size ? stop : kUnknownEnd};
      if (says_size) offer.representation.size = bytes.size();
      offer.representation.validators.strong_etag = etag;
      offer.representation.ranges = ranges;
      offer.representation.content_type = "text/x-own";
      if (!fetch.listener->on_offer(id, offer)) return void(fetches_.erase(id));
    }
    while (!fetch.paused && fetch.at < stop) {
      if (most == 0) {
        return end(id, core::Failure{.kind = core::FailureKind::CutShort, .cause = "it broke"});
      }
      const auto count = std::min<std::uint64_t>({stop - fetch.at, most, 16 * 1024});
      const auto all = std::as_bytes(std::span(bytes));
      const auto flow = fetch.listener->on_bytes(id, all.subspan(fetch.at, count));
      fetch.at += count;
      most -= count;
      if (flow == core::Flow::Stop) return void(fetches_.erase(id));
      fetch.paused = flow == core::Flow::Pause;
    }
    if (!fetch.paused) end(id, std::nullopt);
  }

  core::FetchId last_ = 0;
  std::map<core::FetchId, Fetch> fetches_;
};

}  // namespace xget::test
