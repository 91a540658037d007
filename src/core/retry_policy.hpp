// What a failure calls for, and how long to wait before the next attempt. Pure but for its own
// counters; the one place where "may this be tried again?" is decided.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "core/failure.hpp"

namespace xget::core {

// ---- within one fetch: the same question, put differently ------------------------------------

enum class OtherWay {
  None,
  FromGivenUrl,    // not from where redirects led before: that may have expired
  WithoutIfRange,  // some servers answer 200 to any
  WithoutRange,    // some servers refuse a range that is the whole
};
struct Asked {
  bool remembered_place = false;  // where redirects led before, not the URL the user gave
  bool conditional = false;       // with If-Range
  bool whole_as_range = false;    // a range that begins at 0 and has no end
};
// Each way is to be dropped once it has failed, so that this comes to an end.
OtherWay other_way_to_ask(FailureKind kind, const Asked& asked);

// ---- after a fetch ---------------------------------------------------------------------------

enum class Remedy {
  TryAgain,          // the same request, later
  StartOver,         // from the URL the user gave, later: where it led has expired
  FewerConnections,  // those that work go on; this one was one too many
  AskPlainly,        // the source does not serve ranges (any more): one stream from 0
  Refresh,           // the URL the user gave is refused: ask for a fresh one
  CheckVersion,      // the resource may have changed: ask what it is now
  GiveUp,            // nothing that is done again can help
};

struct RetryLimits {
  int failures = 15;  // in a row without a new byte
  // Of a name, a port or a proxy that never answered, and of answers that are no HTTP that can be
  // used while there never was one that is.
  int failures_before_answer = 3;
  int refreshes = 0;  // of the URL, in a row without a new byte
  Duration first_wait = std::chrono::seconds(1);
  Duration longest_wait = std::chrono::seconds(60);
  Duration longest_retry_after = std::chrono::minutes(5);
  Duration longest_patience = std::chrono::minutes(5);  // with a request, unless told to have more
  std::optional<Duration> give_up_after = std::chrono::hours(1);  // without a new byte
};

class RetryPolicy {
 public:
  RetryPolicy(RetryLimits limits, Instant start) : limits_(limits), last_byte_at_(start) {}

  // Progress is a kibibyte: a server that drips a byte per attempt makes none.
  void on_progress(std::uint64_t bytes, Instant now);
  // A response was judged usable, so long after its request was made.
  void on_answer(Duration took) {
    bad_ranges_ = silences_ = 0;
    answered_ = usable_ = true;
    slowest_answer_ = std::max(slowest_answer_, took);
  }

  // From now on bytes are waited for; what came before counts no longer for give_up_after.
  void begin_waiting(Instant now) { last_byte_at_ = now; }

  struct Attempt {
    Instant started;            // when the request was made
    bool answered = false;      // its response was judged usable
    bool others_work = false;   // other connections deliver meanwhile
    bool asked_openly = false;  // what the resource is now: there is no plainer question
  };
  struct Verdict {
    Remedy remedy = Remedy::GiveUp;
    Duration wait{};  // before the next request; the server's own Retry-After when it is given up
  };
  // `random` is uniform over 64 bits and jitters the wait. Many requests that fail together are one
  // failure, and while others work none is a step towards giving up.
  Verdict on_failure(const Failure& failure, const Attempt& attempt, Instant now,
                     std::uint64_t random);

  // When give_up_after will have passed without a new byte.
  [[nodiscard]] std::optional<Instant> deadline() const;
  [[nodiscard]] bool past_deadline(Instant now) const;
  // How long a request may go without an answer: as usual; twice as long each time while the server
  // takes requests and has answered none, for it may need that long; twice as long as any answer
  // took.
  [[nodiscard]] Duration patience(Duration usual) const;
  // Until when a request that is made now may: not past the deadline.
  [[nodiscard]] Instant answer_by(Instant now, Duration usual_patience) const;
  [[nodiscard]] int failures() const { return failures_; }  // in a row without a new byte

 private:
  [[nodiscard]] Remedy remedy_for(const Failure& failure, const Attempt& attempt);
  [[nodiscard]] bool hardly_heals(FailureKind kind) const;
  [[nodiscard]] bool used_up(const Failure& failure, const Attempt& attempt, Instant now);
  [[nodiscard]] Duration next_wait(bool progressed, std::uint64_t random) const;

  RetryLimits limits_;
  Instant last_byte_at_;
  std::uint64_t bytes_since_failure_ = 0;
  int failures_ = 0;
  int refreshes_ = 0;
  int bad_ranges_ = 0;  // in a row
  int bad_responses_ = 0;
  int silences_ = 0;  // requests without an answer, before the first one
  Duration slowest_answer_{};
  std::optional<Instant> last_counted_;  // failure
  bool answered_ = false;                // whatever it said
  bool usable_ = false;                  // some of that was
  bool served_ = false;                  // it gave bytes of this resource in this run
};

}  // namespace xget::core
