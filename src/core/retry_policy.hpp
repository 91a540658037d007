// What a failure calls for, and how long to wait before the next attempt. Pure but for its own
// counters; the one place where "may this be tried again?" is decided.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "core/failure.hpp"

namespace xget::core {

enum class Remedy {
  TryAgain,      // the same request, later
  StartOver,     // from the URL the user gave, later: where it led has expired
  AskPlainly,    // the source does not serve ranges (any more): one stream from 0
  CheckVersion,  // the resource may have changed: ask what it is now
  GiveUp,        // nothing that is done again can help
};
// `served`: the source has already given bytes of this resource in this run.
Remedy remedy_for(FailureKind kind, bool served);
// One request's failure shows that no other can succeed either. What is final for the first
// request may be a server's way to refuse one connection more.
bool final_for_all(FailureKind kind);

struct RetryLimits {
  int failures = 15;                   // in a row without a new byte
  int failures_before_first_byte = 3;  // a name or a port that never answered
  Duration first_wait = std::chrono::seconds(1);
  Duration longest_wait = std::chrono::seconds(60);
  Duration longest_retry_after = std::chrono::minutes(5);
  std::optional<Duration> give_up_after = std::chrono::hours(1);  // without a new byte
};

class RetryPolicy {
 public:
  RetryPolicy(RetryLimits limits, Instant start) : limits_(limits), last_byte_at_(start) {}

  // Progress is a kibibyte: a server that drips a byte per attempt makes none.
  void on_progress(std::uint64_t bytes, Instant now);

  // From now on bytes are waited for; what came before counts no longer for give_up_after.
  void begin_waiting(Instant now) { last_byte_at_ = now; }

  struct Decision {
    bool give_up = false;
    Duration wait{};
  };
  struct Attempt {
    Instant started;           // when the request was made
    bool others_work = false;  // other connections deliver meanwhile
  };
  // `random` is uniform over 64 bits and jitters the wait. Many requests that fail together are one
  // failure, and while others work none is a step towards giving up.
  Decision on_failure(const Failure& failure, const Attempt& attempt, Instant now,
                      std::uint64_t random);

  // When give_up_after will have passed without a new byte.
  [[nodiscard]] std::optional<Instant> deadline() const;
  [[nodiscard]] bool served() const { return served_; }

 private:
  RetryLimits limits_;
  Instant last_byte_at_;
  [[nodiscard]] bool used_up(const Failure& failure, const Attempt& attempt, Instant now);

  std::uint64_t bytes_since_failure_ = 0;
  int failures_ = 0;
  std::optional<Instant> last_counted_;  // failure
  bool served_ = false;
};

}  // namespace xget::core
