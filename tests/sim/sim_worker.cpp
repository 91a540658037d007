#include "sim/sim_worker.hpp"

#include <algorithm>
#include <utility>

namespace xget::sim {
namespace {

// A wake-up of another thread, and sometimes one that the system was slow with.
Duration wake_up(Dice& dice) {
  if (dice.chance(0.05)) return dice.between(Duration{}, std::chrono::milliseconds(200));
  return dice.between(std::chrono::microseconds(5), std::chrono::microseconds(500));
}

}  // namespace

SimWorker::~SimWorker() { abandon(); }

void SimWorker::submit(std::function<void()> task, std::function<void()> done) {
  queue_.push_back({std::move(task), std::move(done)});
  if (queue_.size() == 1) begin_next();
}

void SimWorker::begin_next() {
  world_.after(wake_up(world_.dice()), Owner::Process, [this] {
    Pausable* const before = world_.set_running_task(this);
    fiber_.start(queue_.front().task);
    after_switch(before);
  });
}

void SimWorker::after_switch(Pausable* before) {
  world_.set_running_task(before);
  if (fiber_.active()) return;
  last_done_ = std::max(last_done_, world_.now() + wake_up(world_.dice()));
  world_.after(last_done_ - world_.now(), Owner::Process, std::move(queue_.front().done));
  queue_.pop_front();
  if (!queue_.empty()) begin_next();
}

void SimWorker::pause_for(Duration duration) {
  const std::uint64_t pause = ++pauses_;
  paused_ = true;
  world_.after(duration, Owner::Task, [this, pause] {
    if (!paused_ || pause != pauses_) return;  // abandon() was faster
    Pausable* const before = world_.set_running_task(this);
    go_on();
    after_switch(before);
  });
  fiber_.pause();
}

void SimWorker::go_on() {
  paused_ = false;
  fiber_.resume();
}

void SimWorker::abandon() {
  // Disk calls of a dying process do not wait, so one switch brings the task to its end.
  while (fiber_.active()) go_on();
  queue_.clear();
}

}  // namespace xget::sim
