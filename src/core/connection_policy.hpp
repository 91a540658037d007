// How many connections a job should use. One replaceable piece: the scheduler asks target() and
// tells what happened.
#pragma once

#include <algorithm>
#include <memory>

#include "base/time.hpp"

namespace xget::core {

class ConnectionPolicy {
 public:
  virtual ~ConnectionPolicy() = default;
  // Connections wanted now, at least 1.
  [[nodiscard]] virtual int target() const = 0;
  // The server refused a connection or a request for being busy while `active` others ran.
  virtual void on_refusal(int active, Instant now) = 0;
};

// A number given by the user, lowered to what the server was seen to bear.
class FixedConnections final : public ConnectionPolicy {
 public:
  explicit FixedConnections(int count) : target_(std::max(1, count)) {}
  [[nodiscard]] int target() const override { return target_; }
  void on_refusal(int active, Instant) override { target_ = std::clamp(active, 1, target_); }

 private:
  int target_;
};

}  // namespace xget::core
