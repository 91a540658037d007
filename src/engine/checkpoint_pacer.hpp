// CheckpointPacer: when what was written is made durable. Checkpoints overlap with writing, one at
// a time; where the disk is slow the interval stretches rather than hold the download up. The next
// may begin as soon as the last one has ended: a pause between them would leave the disk idle, and
// the download would wait for it at its end.
// Thread: loop.
#pragma once

#include <optional>
#include <utility>

#include "core/sink.hpp"
#include "xget/options.hpp"

namespace xget::engine {

class CheckpointPacer {
 public:
  // The interval begins now. Where a checkpoint runs, the sink goes right after the pacer, before
  // it can call back.
  CheckpointPacer(core::Sink& sink, CheckpointInterval interval, Instant now)
      : sink_(sink), interval_(interval), started_(now) {}

  [[nodiscard]] bool running() const { return running_; }

  [[nodiscard]] bool due(Instant now) const {
    const std::uint64_t bytes = sink_.undurable_bytes();
    if (running_ || bytes == 0) return false;
    const bool by_bytes = interval_.bytes > 0 && bytes >= interval_.bytes;
    const bool by_time = interval_.time.count() > 0 && now - started_ >= interval_.time;
    return by_bytes || by_time;
  }

  [[nodiscard]] std::optional<Instant> next_deadline() const {
    if (running_ || interval_.time.count() == 0 || sink_.undurable_bytes() == 0)
      return std::nullopt;
    return started_ + interval_.time;
  }

  // `done` runs on the loop thread, as do all callbacks of the sink.
  void begin(Instant now, core::Sink::Done done) {
    running_ = true;
    started_ = now;
    sink_.checkpoint([this, done = std::move(done)](Result<void> result) {
      running_ = false;
      done(std::move(result));
    });
  }

 private:
  core::Sink& sink_;
  CheckpointInterval interval_;
  Instant started_;
  bool running_ = false;
};

}  // namespace xget::engine
