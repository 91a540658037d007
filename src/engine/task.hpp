// What takes its turns on the loop until it has ended: a download, or the reading of what describes
// downloads.
// Thread: loop.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "core/job_admission.hpp"
#include "xget/event.hpp"

namespace xget::engine {

class Task {
 public:
  virtual ~Task() = default;
  // Called after each round of callbacks and when next_deadline() has come.
  virtual void on_time(Instant now) = 0;
  // Instant::min() if on_time() should be called at once. nullopt: only callbacks move it.
  [[nodiscard]] virtual std::optional<Instant> next_deadline() const = 0;
  virtual void interrupt() = 0;  // it ends soon, and says that it was interrupted
  [[nodiscard]] virtual bool ended() const = 0;
  [[nodiscard]] virtual Progress progress(Instant now) = 0;
  [[nodiscard]] virtual core::JobWeight weight() const { return core::JobWeight::Unknown; }
  // It asks the host by a connection that it shares with others; false while nothing is known.
  [[nodiscard]] virtual bool multiplexed() const { return false; }
  // It has ended, and others that want the same content can be made from what it leaves.
  [[nodiscard]] virtual bool left_original() const { return false; }
};

}  // namespace xget::engine
