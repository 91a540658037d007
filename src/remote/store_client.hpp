// StoreClient: questions to stores whose answers fit into memory, each asked until it is answered:
// listings, heads, the steps and the parts of uploads. What may pass is waited for with growing
// waits; another region, the store's clock and ended credentials are heeded once for each question.
// Thread: loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "core/ports.hpp"
#include "core/rate_limits.hpp"
#include "core/retry_policy.hpp"
#include "engine/http_source.hpp"
#include "remote/answer_reader.hpp"
#include "remote/bucket_access.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {

struct StoreQuestion {
  std::string operation;  // in an imperative, for messages: "list"
  std::string subject;    // likewise: "s3://bucket/prefix"
  BucketQuestion asked;
  std::shared_ptr<core::RequestBody> body;  // null: none
  std::size_t largest_answer = kLargestAnswer;
  // Twice does what once does. Else it is not asked again where nobody knows what became of it.
  bool repeatable = true;
  bool may_fail_late = false;  // an Error may come in a 200, and is a refusal like any other
  Duration patience{};         // with a silent store, where that is longer than with others
  // Each time it is to be asked again after a wait. May be null.
  std::function<void(const core::Failure& failure, Duration wait)> on_retry;
};

struct StoreAnswer {
  core::ResponseHead head;
  std::string body;
};

struct StoreFailure {
  Error error;
  StoreTrouble trouble = StoreTrouble::Final;
  bool may_be_done = false;  // of what is not repeatable: what it asks for may have happened
};

using StoreOutcome = tl::expected<StoreAnswer, StoreFailure>;

struct StoreClientSettings {
  engine::HttpSourceSettings way;  // proxies and rules; its URL and what is given for it are unused
  core::RetryLimits retry;
  Duration stall_timeout{};
};

struct StoreClientPorts {
  core::Transport& transport;
  core::Clock& clock;
  core::Random& random;
  core::RateLimits* limits = nullptr;  // which bodies keep to, too; null: none
};

class StoreClient final : private core::TransferListener {
 public:
  using QuestionId = std::uint64_t;  // never 0
  using Done = std::function<void(StoreOutcome)>;

  // The ports must outlive it. Destroying it cancels what runs; nothing is called after that.
  StoreClient(StoreClientSettings settings, StoreClientPorts ports);
  ~StoreClient() override;
  StoreClient(const StoreClient&) = delete;
  StoreClient& operator=(const StoreClient&) = delete;

  // `done` is called once, never from inside this call, unless it is cancelled.
  QuestionId ask(std::shared_ptr<BucketAccess> bucket, StoreQuestion question, Done done);
  void cancel(QuestionId id);
  void resume(QuestionId id);  // its body has more

  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;

 private:
  class WatchedBody;
  struct Asked {
    std::shared_ptr<BucketAccess> bucket;
    StoreQuestion question;
    Done done;
    core::RetryPolicy retry;
    core::RequestId request = 0;     // 0: none is under way
    std::optional<Instant> next_at;  // when it is asked (again)
    Instant started{};
    std::shared_ptr<Instant> heard_at;     // the last byte of the request or of its answer
    std::shared_ptr<WatchedBody> sending;  // while a request with a body is under way
    bool taught = false;                   // a refusal was heeded
    std::optional<core::ResponseHead> head;
    std::string body;
    std::optional<StoreFailure> failed;  // to be told when the loop turns
  };

  core::HeadVerdict on_head(core::RequestId id, const core::ResponseHead& head,
                            const core::ConnectionFacts& facts) override;
  core::Flow on_body(core::RequestId id, std::span<const std::byte> bytes) override;
  void on_transfer_end(core::RequestId id, const core::TransferEnd& end) override;

  void let_bodies_go_on(Instant now);
  void send(QuestionId id, Asked& asked, Instant now);
  void send_signed(QuestionId id, Asked& asked, const Place& place, Instant now);
  std::function<void(Result<void>)> once_credentials_come(QuestionId id);
  void answered(QuestionId id, Asked& asked);
  void refused(QuestionId id, Asked& asked);
  void failed(QuestionId id, Asked& asked, const core::Failure& failure, StoreFailure told);
  void give_up(QuestionId id, StoreFailure failure);
  [[nodiscard]] Instant answer_by(const Asked& asked) const;

  const StoreClientSettings settings_;
  StoreClientPorts ports_;
  QuestionId last_id_ = 0;
  std::map<QuestionId, Asked> asked_;
  std::map<core::RequestId, QuestionId> ids_;
  std::shared_ptr<bool> alive_;  // until callbacks are of no use any more
};

}  // namespace xget::remote
