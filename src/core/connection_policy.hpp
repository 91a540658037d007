// How many connections a job should use. One replaceable piece: the scheduler asks target() and
// tells what happened.
// Pure; lives as long as its job, so that what was learnt outlasts a doubt about the version.
#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "core/ports.hpp"

namespace xget::core {

class ConnectionPolicy {
 public:
  virtual ~ConnectionPolicy() = default;
  // Connections wanted now, at least 1.
  [[nodiscard]] virtual int target(Instant now) const = 0;
  // That may be wanted before what is asked for now has come: no fewer than target().
  [[nodiscard]] virtual int soon(Instant now) const { return target(now); }
  // A request was turned away, or not answered, while `active` others of the job were under way.
  // The server asks to be left alone for `wait`; zero if it did not say.
  virtual void on_refusal(int active, Duration wait, Instant now) = 0;
  // A request was answered; with it `active` are receiving.
  virtual void on_answer(int active, Duration round_trip, Instant now) = 0;
  // Bytes arrived over any of the `active` connections that are receiving.
  virtual void on_bytes(std::uint64_t bytes, int active, Instant now) = 0;
  // Of one of the connections; `lost`: packets of it were, since this was said before.
  virtual void on_path(bool lost, const PathFacts& facts, Instant now) = 0;
  // What arrives now says nothing of the path: the loop was blocked, or we hold bytes back.
  virtual void on_disturbance(Instant now) = 0;
  // What it is about, in a word, for those who watch.
  [[nodiscard]] virtual const char* stage() const = 0;
};

// A fixed number. A refusal lowers it to what the server was seen to bear. One more is
// tried a second later, since it may have been a passing trouble, and each time that the same
// number is refused again only after twice the wait before: a server that bears no more is asked a
// dozen times in an hour, and one that has recovered is back at the full number within some round
// trips.
class FixedConnections final : public ConnectionPolicy {
 public:
  static constexpr Duration kFirstPause = std::chrono::seconds(1);
  static constexpr Duration kLongestPause = std::chrono::minutes(10);

  explicit FixedConnections(int count);
  [[nodiscard]] int target(Instant now) const override;
  void on_refusal(int active, Duration wait, Instant now) override;
  void on_answer(int active, Duration round_trip, Instant now) override;
  void on_bytes(std::uint64_t, int, Instant) override {}
  void on_path(bool, const PathFacts&, Instant) override {}
  void on_disturbance(Instant) override {}
  [[nodiscard]] const char* stage() const override { return "fixed"; }

 private:
  int count_;
  int borne_;
  Duration pause_{};  // the last one before one more was tried
  Instant one_more_at_{};
};

}  // namespace xget::core
