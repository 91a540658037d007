// SimRefresher: somebody who knows a fresh URL, as a rule.
// Thread: the simulation's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "core/ports.hpp"
#include "sim/world.hpp"

namespace xget::sim {

class SimRefresher final : public core::UrlRefresher {
 public:
  // A fresh URL is `url` with a token. `fails`: the probability that there is none.
  SimRefresher(World& world, std::string url, double fails)
      : world_(world), url_(std::move(url)), fails_(fails) {}

  void refresh(long status, std::function<void(Answer)> done) override;
  void cancel() override { ++asked_; }

 private:
  [[nodiscard]] Answer answer();

  World& world_;
  std::string url_;
  double fails_;
  std::uint64_t asked_ = 0;  // what is under way is the last of them, unless it was cancelled
};

}  // namespace xget::sim
