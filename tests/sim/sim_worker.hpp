// SimWorker: a worker thread as a fiber. Its tasks run in order, beginning some virtual time after
// they were handed in, and wait inside their disk calls, so that the loop's writes and a
// checkpoint's steps interleave as they would on two threads.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>

#include "core/ports.hpp"
#include "sim/fiber.hpp"
#include "sim/world.hpp"

namespace xget::sim {

class SimWorker final : public core::Worker, private Pausable {
 public:
  explicit SimWorker(World& world) : world_(world) {}
  ~SimWorker() override;

  void submit(std::function<void()> task, std::function<void()> done) override;

  [[nodiscard]] bool idle() const { return queue_.empty(); }
  // After World::kill_process: what runs comes to its end (its disk calls fail), the rest is
  // dropped; no `done` is called.
  void abandon();

 private:
  struct Job {
    std::function<void()> task;
    std::function<void()> done;
  };
  void begin_next();
  void after_switch(Pausable* before);
  void pause_for(Duration duration) override;
  void go_on();

  World& world_;
  Fiber fiber_;
  std::uint64_t pauses_ = 0;
  bool paused_ = false;    // in the last of them
  std::deque<Job> queue_;  // the front is under way
  Instant last_done_{};    // completions keep the tasks' order
};

}  // namespace xget::sim
