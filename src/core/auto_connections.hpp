// AutoConnections: the number of connections as a control loop.
//
//   start → ( hold ⇄ trial )
//
// It begins with one, and takes more when that proves to bring more: a trial raises the number and
// compares what arrives in all with what arrived before. A step that pays is kept and followed by
// the next; one that does not is taken back, and the next trial waits longer. Now and then it
// tries with fewer, so that it never keeps many where few do.
//
// - While the total grows by itself (slow start) nothing is concluded.
// - A round trip that grows shows a queue: the path is full, and more connections would only
//   lengthen it. What that leaves to try is tried late.
// - Packets that are lost where no queue stands show that each connection is held down by loss, and
//   not by a full path: then the first step is taken at once and needs no proof.
// - Up to kFreely connections a third of the gain that a perfectly parallel path would give is
//   enough; beyond it takes clear proof that connections, not the path, are what is short: half.
// - Young connections may fill the path for a moment, and a step taken then seems to bring nothing.
//   When what it brought goes away with its connections, that is proof too.
// - What the server refuses is FixedConnections' to remember.
//
// Rates are measured over epochs of a round trip, of four while a number is held. Pure; bytes,
// bytes per second.
#pragma once

#include <cstdint>
#include <optional>

#include "core/connection_policy.hpp"

namespace xget::core {

class AutoConnections final : public ConnectionPolicy {
 public:
  static constexpr int kFirst = 1;
  static constexpr int kFreely = 8;
  static constexpr Duration kFirstHold = std::chrono::seconds(1);
  static constexpr Duration kLongestHold = std::chrono::minutes(1);

  // `most` may be used at once.
  explicit AutoConnections(int most);

  [[nodiscard]] int target(Instant now) const override;
  [[nodiscard]] int soon(Instant now) const override;
  void on_refusal(int active, Duration wait, Instant now) override;
  void on_answer(int active, Duration round_trip, Instant now) override;
  void on_bytes(std::uint64_t bytes, int active, Instant now) override;
  void on_path(bool lost, const PathFacts& facts, Instant now) override;
  void on_disturbance(Instant now) override;
  [[nodiscard]] const char* stage() const override;

 private:
  enum class Stage {
    Start,  // the first connections find their speed
    Trial,  // another number is compared with the one before
    Hold,   // what the last trial said is kept until hold_until_
  };

  void note_round_trip(Duration round_trip);
  void begin_epoch(Instant now);
  void end_epoch(double rate, int active, Instant now);
  void judge_trial(double rate, bool grows, Instant now);
  [[nodiscard]] bool needs_no_proof() const;
  bool pays(double rate);
  [[nodiscard]] bool paid_after_all(double rate, int active) const;
  void try_number(int number, double rate_before);
  void try_more(double rate, Instant now);
  void hold(Instant now);
  [[nodiscard]] bool is_enough_of_trial(int active) const;
  [[nodiscard]] Duration epoch() const;

  FixedConnections borne_;  // what the server was seen to bear
  Stage stage_ = Stage::Start;
  int wanted_;

  Duration round_trip_{};               // the shortest seen; zero: none yet
  std::optional<Instant> epoch_begun_;  // absent: no byte came since the last one
  std::uint64_t epoch_bytes_ = 0;
  double last_rate_ = 0;  // of the epoch before; 0: there is none to compare with

  Instant queue_until_{};  // until then losses, and rates that do not grow, are a full path's
  bool lossy_ = false;     // packets were lost where no queue stood, since the last hold

  double highest_ = 0;      // rate of any epoch of the start
  int epochs_of_rest_ = 0;  // in a row, in which it did not grow by itself

  int before_ = 0;  // the number that a trial compares with
  double rate_before_ = 0;
  int epochs_of_trial_ = 0;
  bool settled_ = false;  // the number of a trial is what it should be
  int growth_;            // factor of the next step
  Duration pause_ = kFirstHold;
  Instant hold_until_{};
  double rate_held_ = 0;  // the most since the hold began
  int taken_back_ = 0;    // the larger number that the last trial was of; 0: it was not taken back
  bool fewer_next_ = false;
};

}  // namespace xget::core
