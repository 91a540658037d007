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
  [[nodiscard]] virtual int target(Instant now) const = 0;
  // The server refused a connection or a request for being busy while `active` others ran.
  virtual void on_refusal(int active, Instant now) = 0;
};

// A number given by the user. A refusal lowers it to what the server was seen to bear; from then on
// one more is tried every ten seconds, since it may have been a restart.
class FixedConnections final : public ConnectionPolicy {
 public:
  static constexpr Duration kRegrowth = std::chrono::seconds(10);

  explicit FixedConnections(int count) : count_(std::max(1, count)), borne_(count_) {}
  [[nodiscard]] int target(Instant now) const override {
    if (borne_ == count_) return count_;
    return static_cast<int>(
        std::min<Duration::rep>(count_, borne_ + (now - refused_at_) / kRegrowth));
  }
  void on_refusal(int active, Instant now) override {
    borne_ = std::clamp(active, 1, count_);
    refused_at_ = now;
  }

 private:
  int count_;
  int borne_;
  Instant refused_at_{};
};

}  // namespace xget::core
