// World: virtual time, the queue of what will happen, and the trace that proves two runs equal.
//
// Everything that happens in a simulation is an event in this queue; events run in the order of
// their time, then of their insertion. The world outlives the simulated process: when that is
// killed, its events vanish (callbacks on their way to it, tasks of its workers), while the
// world's own (a server changes its file) stay.
// Thread: all of the simulation runs on one thread; worker tasks are fibers on it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.hpp"
#include "core/ports.hpp"
#include "sim/dice.hpp"

namespace xget::sim {

// Who an event belongs to: what belongs to the process ends with it. Task: one of its workers'
// tasks goes on; that happens even while the loop is blocked.
enum class Owner { World, Process, Task };

// A task that can wait in the middle of what it does while the rest of the world goes on.
class Pausable {
 public:
  virtual ~Pausable() = default;
  virtual void pause_for(Duration duration) = 0;
};

class World {
 public:
  explicit World(std::uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  // The one that exists, if any: for what is called without being handed one.
  static World* current();

  [[nodiscard]] Instant now() const { return now_; }
  [[nodiscard]] WallTime wall_now() const;
  [[nodiscard]] Dice& dice() { return dice_; }

  void after(Duration delay, Owner owner, std::function<void()> act);
  [[nodiscard]] std::optional<Instant> next_event() const;
  void step();                       // runs the next event; there must be one
  void advance_to(Instant instant);  // never backwards
  [[nodiscard]] std::uint64_t events_run() const { return events_run_; }

  // The process dies at the next chance: from now on its disk calls fail without effect, and the
  // driver ends it as soon as it has control.
  void kill_process() { dying_ = true; }
  [[nodiscard]] bool process_dying() const { return dying_; }
  // Drops the process's events; a new one may start.
  void end_process();

  // A blocking call of this length. A worker's task waits while events go on; on the loop thread
  // the clock alone moves.
  void spend(Duration duration);
  // Waits a little for another task, which holds something that the caller needs.
  void wait_for_tasks();
  // The task that runs now, null on the loop thread; set by the worker that switches to it. Gives
  // the one that ran before.
  Pausable* set_running_task(Pausable* task) { return std::exchange(running_task_, task); }

  // One line of the trace: always hashed, printed on standard error if asked for.
  void trace(std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0);
  void trace_text(std::string_view what, std::string_view text);
  void print_trace(bool on) { printing_ = on; }
  [[nodiscard]] std::uint64_t trace_hash() const { return trace_hash_; }

 private:
  struct Event {
    Owner owner = Owner::World;
    std::function<void()> act;
  };
  void mix(std::uint64_t value);
  void mix(std::string_view text);

  Dice dice_;
  Instant now_{};
  std::uint64_t inserted_ = 0;
  std::uint64_t events_run_ = 0;
  std::map<std::pair<Instant, std::uint64_t>, Event> queue_;
  bool dying_ = false;
  Pausable* running_task_ = nullptr;
  std::uint64_t trace_hash_ = 0xcbf29ce484222325ULL;
  bool printing_ = false;
};

class SimClock final : public core::Clock {
 public:
  explicit SimClock(const World& world) : world_(world) {}
  Instant now() override { return world_.now(); }
  WallTime wall_now() override { return world_.wall_now(); }

 private:
  const World& world_;
};

// Dice of its own: what the engine rolls does not shift what the world rolls.
class SimRandom final : public core::Random {
 public:
  explicit SimRandom(Dice dice) : dice_(dice) {}
  std::uint64_t next() override { return dice_.next(); }

 private:
  Dice dice_;
};

}  // namespace xget::sim
