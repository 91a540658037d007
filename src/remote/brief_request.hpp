// BriefRequest: one request whose answer is small and soon there, asked again where that may help:
// after a failure of the network, 429 and 5xx. What any other answer means is the asker's to judge.
// Thread: loop. Callbacks only record; on_time() decides, and the owner calls it after each round
// of callbacks and when next_deadline() has come.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "core/ports.hpp"
#include "core/retry_policy.hpp"

namespace xget::remote {

inline constexpr std::size_t kLargestBriefAnswer = 256 << 10;  // bytes

struct BriefLimits {
  Duration patience{};  // with each attempt, from its start to the answer's end
  core::RetryLimits retry;
};

// All must outlive the request.
struct BriefPorts {
  core::Transport& transport;
  core::Clock& clock;
  core::Random& random;
};

struct BriefAnswer {
  int status = 0;
  std::string body;
};

struct BriefFailure {
  long number = 0;    // the transport's, for messages
  std::string cause;  // printable
};

class BriefRequest final : private core::TransferListener {
 public:
  using Outcome = tl::expected<BriefAnswer, BriefFailure>;

  BriefRequest(core::HttpRequest request, const BriefLimits& limits, BriefPorts ports);
  ~BriefRequest() override;  // cancels
  BriefRequest(const BriefRequest&) = delete;
  BriefRequest& operator=(const BriefRequest&) = delete;

  void on_time(Instant now);
  // Instant::min() if on_time() should be called at once. nullopt: only callbacks move it.
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  std::optional<Outcome> take_outcome();  // once

 private:
  core::HeadVerdict on_head(core::RequestId id, const core::ResponseHead& head,
                            const core::ConnectionFacts& facts) override;
  core::Flow on_body(core::RequestId id, std::span<const std::byte> bytes) override;
  void on_transfer_end(core::RequestId id, const core::TransferEnd& end) override;

  void start(Instant now);
  void judge(const core::TransferEnd& end, Instant now);
  void judge_status(Instant now);
  void after_failure(const core::Failure& failure, Instant now);

  const core::HttpRequest request_;
  const Duration patience_;
  const BriefPorts ports_;
  core::RetryPolicy retry_;

  // The attempt.
  core::RequestId id_ = 0;  // 0: none runs
  std::optional<Instant> start_at_;
  Instant started_{};
  std::optional<core::ResponseHead> head_;
  std::string body_;
  std::optional<core::TransferEnd> end_;

  std::optional<Outcome> outcome_;
};

}  // namespace xget::remote
