#include "sim/world.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace xget::sim {
namespace {

// Any moment will do, as long as every run has the same one.
constexpr WallTime kWallStart{std::chrono::seconds(1'900'000'000)};

constexpr Duration kShortWait = std::chrono::microseconds(100);

World* current_world = nullptr;

}  // namespace

World::World(std::uint64_t seed) : dice_(seed) { current_world = this; }

World::~World() { current_world = nullptr; }

World* World::current() { return current_world; }

WallTime World::wall_now() const {
  return kWallStart + std::chrono::floor<std::chrono::seconds>(now_.time_since_epoch());
}

void World::after(Duration delay, Owner owner, std::function<void()> act) {
  queue_.emplace(std::pair{now_ + delay, inserted_++}, Event{owner, std::move(act)});
}

std::optional<Instant> World::next_event() const {
  if (queue_.empty()) return std::nullopt;
  return queue_.begin()->first.first;
}

void World::step() {
  auto node = queue_.extract(queue_.begin());
  advance_to(node.key().first);
  ++events_run_;
  node.mapped().act();
}

// An event may be late: the loop thread was blocked when its time came.
void World::advance_to(Instant instant) { now_ = std::max(now_, instant); }

void World::end_process() {
  std::erase_if(queue_, [](const auto& entry) { return entry.second.owner != Owner::World; });
  dying_ = false;
}

void World::spend(Duration duration) {
  if (dying_ || duration == Duration::zero()) return;
  if (running_task_ != nullptr) {
    running_task_->pause_for(duration);
  } else {
    now_ += duration;
  }
}

// A waiting task lets the world go on. The loop blocks all of it but the tasks; so does a task of a
// dying process, which can wait no more.
void World::wait_for_tasks() {
  if (running_task_ != nullptr && !dying_) return running_task_->pause_for(kShortWait);
  const auto next = std::find_if(queue_.begin(), queue_.end(), [](const auto& entry) {
    return entry.second.owner == Owner::Task;
  });
  if (next == queue_.end()) {
    std::fputs("sim: a deadlock: what is waited for is held by nobody who runs\n", stderr);
    std::abort();
  }
  auto node = queue_.extract(next);
  advance_to(node.key().first);
  ++events_run_;
  node.mapped().act();
}

void World::trace(std::string_view what, std::uint64_t a, std::uint64_t b) {
  mix(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  mix(what);
  mix(a);
  mix(b);
  if (!printing_) return;
  std::fprintf(stderr, "%12.6f %.*s %llu %llu\n", to_seconds(now_.time_since_epoch()),
               static_cast<int>(what.size()), what.data(), static_cast<unsigned long long>(a),
               static_cast<unsigned long long>(b));
}

void World::trace_text(std::string_view what, std::string_view text) {
  mix(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  mix(what);
  mix(text);
  if (!printing_) return;
  std::fprintf(stderr, "%12.6f %.*s %.*s\n", to_seconds(now_.time_since_epoch()),
               static_cast<int>(what.size()), what.data(), static_cast<int>(text.size()),
               text.data());
}

void World::mix(std::uint64_t value) {
  trace_hash_ = (trace_hash_ ^ value) * 0x100000001b3ULL;
  trace_hash_ ^= trace_hash_ >> 29;
}

void World::mix(std::string_view text) {
  for (const char c : text) mix(static_cast<unsigned char>(c));
}

}  // namespace xget::sim
