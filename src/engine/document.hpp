// Document: a small resource, fetched whole into memory: what names or proves downloads, such as a
// Metalink or a list of checksums.
//
// Each attempt begins anew and asks for the whole, so what comes of it is one response's: versions
// are never joined. A body without any length counts as whole when its connection is closed
// cleanly, since nothing can tell; whoever reads the text must bear one that is cut short.
//
// Thread: loop. Callbacks only record what happened; on_time() decides, and the owner calls it
// after each round of callbacks and when next_deadline() has come. Memory: at most
// DocumentSettings::most_bytes and one delivery.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/ports.hpp"
#include "core/rate_limits.hpp"
#include "core/retry_policy.hpp"
#include "core/source.hpp"
#include "xget/event.hpp"

namespace xget::engine {

struct DocumentSettings {
  std::string kind;  // for messages: "Metalink", "list of checksums"
  std::size_t most_bytes = 0;
  core::RetryLimits retry;
  Duration stall_timeout = std::chrono::seconds(20);  // without a kibibyte more, or the end
  Duration connect_timeout = std::chrono::seconds(15);
};

// All must outlive the document.
struct DocumentPorts {
  core::Clock& clock;
  core::Random& random;
  core::RateLimits& limits;
};

class Document final : private core::SourceListener {
 public:
  // A request failed, and is made again after the wait. Called from on_time().
  using TellRetry = std::function<void(const core::Failure& failure, Duration wait)>;

  // Asks with the first on_time(). `tell_retry` may be empty.
  Document(DocumentSettings settings, DocumentPorts ports, std::unique_ptr<core::Source> source,
           TellRetry tell_retry);
  ~Document() override;
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  void on_time(Instant now);
  // Instant::min() if on_time() should be called at once, or there is a result to take. nullopt:
  // only callbacks move it.
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  void interrupt();                          // ends it as Interrupted
  [[nodiscard]] Error interruption() const;  // what that says

  // The text, once. nullopt: it is still under way, or was taken. Fails with Network, Refused or
  // Interrupted; the error names the source.
  std::optional<Result<std::string>> take_result();
  [[nodiscard]] bool answered() const { return answered_; }  // the attempt that runs, if one does
  // Where the newest answer came from, after redirects, without secrets; empty: there was none.
  [[nodiscard]] const std::string& final_url() const { return final_url_; }

 private:
  void start(Instant now);
  void drop(core::CancelCause cause);
  void look_for_progress(Instant now);
  void act_on_end(const core::FetchEnd& end, Instant now);
  void after_failure(const core::Failure& failure, Instant now);
  void give_up(const core::Failure& failure);
  void settle(Result<std::string> result);
  void read_on_when_allowed(Instant now);
  [[nodiscard]] bool limit_open(Instant now) const;
  [[nodiscard]] Instant limit_opens_at(Instant now) const;
  [[nodiscard]] core::Failure too_large() const;

  bool on_offer(core::FetchId id, const core::Offer& offer) override;
  core::Flow on_bytes(core::FetchId id, std::span<const std::byte> bytes) override;
  void on_fetch_end(core::FetchId id, const core::FetchEnd& end) override;

  const DocumentSettings settings_;
  const DocumentPorts ports_;
  const std::unique_ptr<core::Source> source_;
  const TellRetry tell_retry_;
  core::RetryPolicy retry_;

  // The attempt.
  core::FetchId fetch_ = 0;  // 0: none runs
  Instant start_at_ = Instant::min();
  std::optional<core::Failure> waits_after_;  // which was tried already
  Instant started_{};
  Instant goes_on_by_{};  // without more of it then, it has stalled
  bool answered_ = false;
  bool too_large_ = false;
  bool paused_ = false;           // by a rate limit
  std::size_t at_last_look_ = 0;  // bytes of it that goes_on_by_ knows of
  std::string text_;
  std::string final_url_;
  std::optional<core::FetchEnd> end_;
  std::shared_ptr<core::TokenBucket> host_limit_;  // null: there is none

  bool wake_ = true;  // on_time() has something to do now
  bool settled_ = false;
  std::optional<Result<std::string>> result_;
};

}  // namespace xget::engine
