// A worker that works when a test says so, on the test's own thread.
#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "core/ports.hpp"

namespace xget::test {

class ManualWorker final : public core::Worker {
 public:
  void submit(std::function<void()> task, std::function<void()> done) override {
    queue_.emplace_back(std::move(task), std::move(done));
  }
  bool run_one() {
    if (queue_.empty()) return false;
    auto [task, done] = std::move(queue_.front());
    queue_.pop_front();
    task();
    task = nullptr;
    done();
    return true;
  }
  [[nodiscard]] std::size_t waiting() const { return queue_.size(); }

 private:
  std::deque<std::pair<std::function<void()>, std::function<void()>>> queue_;
};

}  // namespace xget::test
