// What a job knows of its mirrors, for as long as it lives: which of them may be asked, how each
// fails, how many connections it bears, how fast it is. Whom to use next is the scheduler's to
// decide.
//
// The first mirror that answers shows what the resource is. Another one serves segments once it was
// compared with what is held by then (Standing::Ready). One that fails is left for a while that
// grows with each failure; one that has other bytes is never asked again.
//
// Pure. References to a Mirror stay valid.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/connection_policy.hpp"
#include "core/range_cap.hpp"
#include "core/retry_policy.hpp"

namespace xget::core {

using MirrorId = std::size_t;  // an index; 0: the URL that was given first

enum class Standing {
  Unknown,   // nobody has asked it what it has
  Compared,  // somebody is just asking
  Ready,     // segments may be fetched from it
  Resting,   // it failed: not before back_at
  Unfit,     // it has other bytes, or none
};

struct Mirror {
  Mirror(RetryLimits limits, std::unique_ptr<ConnectionPolicy> policy, Instant now)
      : retry(limits, now), connections(std::move(policy)) {}

  // The server alone names it: it serves where a digest will tell what it gave.
  bool stranger = false;
  // Its ETags are said to be the same as that one's, for the same versions; nullopt: nobody says
  // so.
  std::optional<MirrorId> tags_of;

  RetryPolicy retry;
  std::unique_ptr<ConnectionPolicy> connections;
  RangeCap range_cap;

  Standing standing = Standing::Unknown;
  int rests = 0;          // in a row
  Instant back_at{};      // the end of its rest
  bool banned = false;    // it gave bytes that a digest proved wrong: never again
  bool hopeless = false;  // its last failure was one that waiting does not mend

  int silences = 0;            // questions what it has that it did not answer
  int idle = 0;                // connections whose responses came to their ends
  std::vector<Instant> waits;  // each keeps one connection from being used until then
  double last_rate = 0;        // bytes per second, of the segment that ended last; 0: none yet
  Duration last_round_trip{};  // likewise
  Duration longest_answer{};   // from a request to its head; zero: none came yet
};

class Mirrors {
 public:
  static constexpr Duration kFirstRest = std::chrono::seconds(2);
  static constexpr Duration kLongestRest = std::chrono::minutes(10);

  MirrorId add(RetryLimits limits, std::unique_ptr<ConnectionPolicy> policy, Instant now);
  [[nodiscard]] std::size_t count() const { return mirrors_.size(); }
  [[nodiscard]] Mirror& at(MirrorId id) { return mirrors_.at(id); }
  [[nodiscard]] const Mirror& at(MirrorId id) const { return mirrors_.at(id); }

  // ---- who may be asked what the resource is ----
  struct Turn {
    MirrorId mirror;
    Instant at;  // in the past: now
  };
  // The first that may be asked now, else the one whose rest ends first. nullopt: waiting helps
  // with none of them.
  [[nodiscard]] std::optional<Turn> next_turn(Instant now) const;
  [[nodiscard]] bool others_may_be_asked(MirrorId id, Instant now) const;

  // ---- who serves segments ----
  [[nodiscard]] const std::vector<MirrorId>& ready() const { return ready_; }
  [[nodiscard]] bool others_ready(MirrorId id) const;
  // That may be asked, now or later.
  [[nodiscard]] bool others_left(MirrorId id) const;
  // One that could be compared now; those being compared are not counted in.
  [[nodiscard]] std::optional<MirrorId> next_to_compare(Instant now);
  [[nodiscard]] int compared() const { return compared_; }

  void begin_comparing(MirrorId id);
  void end_comparing(MirrorId id);  // without a result
  void admit(MirrorId id);
  void rest(MirrorId id, Duration at_least, Instant now);
  void rest_until(MirrorId id, Instant back_at);
  void doubt(MirrorId id);  // it is to be compared before it serves
  void expel(MirrorId id);  // while this version is downloaded
  void ban(MirrorId id);    // for good
  void ban_strangers();     // all of them: no digest will tell any more
  // What those that have other bytes were compared with was wrong.
  void forgive();
  // Another version is to be downloaded: what each has of it is unknown.
  void forget_version();

  // ---- all of them: when is it enough? ----
  void on_progress(MirrorId id, std::uint64_t bytes, Instant now);
  void begin_waiting(Instant now);
  [[nodiscard]] std::optional<Instant> deadline() const;  // nullopt: there is none
  [[nodiscard]] bool past_deadline(Instant now) const;

 private:
  template <typename Condition>
  [[nodiscard]] bool any_other(MirrorId id, Condition condition) const;
  void enter(MirrorId id, Standing standing);

  std::deque<Mirror> mirrors_;
  // What their standings say, so that nothing looks through thousands of them again and again.
  std::vector<MirrorId> ready_;                     // in the order of their numbers
  std::set<MirrorId> comparable_;                   // unknown, or rested when that was asked last
  std::set<std::pair<Instant, MirrorId>> resting_;  // the others, by the ends of their rests
  int compared_ = 0;
  MirrorId progressed_ = 0;  // whose deadline is the latest
};

}  // namespace xget::core
