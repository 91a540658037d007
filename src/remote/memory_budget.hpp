// How much memory all copies of a session may hold together of what they have fetched and not sent.
// Thread: loop.
#pragma once

#include <cstdint>
#include <memory>

namespace xget::remote {

class MemoryBudget {
 public:
  // What is held, until it is destroyed. It may outlive the budget.
  using Lease = std::shared_ptr<void>;

  explicit MemoryBudget(std::uint64_t most) : most_(most) {}

  // Null: not now. What is larger than all of it is granted alone.
  Lease take(std::uint64_t bytes) {
    if (*held_ > 0 && *held_ + bytes > most_) return nullptr;
    *held_ += bytes;
    return {held_.get(), [held = held_, bytes](void*) { *held -= bytes; }};
  }
  [[nodiscard]] std::uint64_t held() const { return *held_; }  // bytes

 private:
  const std::uint64_t most_;
  std::shared_ptr<std::uint64_t> held_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace xget::remote
