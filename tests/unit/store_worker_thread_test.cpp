#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "store/worker_thread.hpp"

using xget::store::WorkerThread;

namespace {

void run_until_idle(WorkerThread& worker) {
  while (!worker.idle()) {
    if (worker.run_completions() == 0) std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("a worker runs tasks in order elsewhere and completions in order here") {
  std::atomic<int> woken = 0;
  WorkerThread worker([&] { ++woken; });
  const auto here = std::this_thread::get_id();
  std::vector<int> tasks;
  std::vector<int> completions;
  for (int i = 0; i < 100; ++i) {
    worker.submit([&, i] { tasks.push_back(std::this_thread::get_id() == here ? -1 : i); },
                  [&, i] { completions.push_back(std::this_thread::get_id() == here ? i : -1); });
  }
  run_until_idle(worker);
  CHECK(tasks == completions);
  REQUIRE(tasks.size() == 100);
  CHECK(tasks.front() == 0);
  CHECK(tasks.back() == 99);
  CHECK(woken >= 1);
}

TEST_CASE("a completion may submit the next task") {
  WorkerThread worker([] {});
  int left = 50;
  std::function<void()> again = [&] {
    if (--left > 0) worker.submit([] {}, again);
  };
  worker.submit([] {}, again);
  run_until_idle(worker);
  CHECK(left == 0);
}

TEST_CASE("what is to be done soon waits for no task, and is not done from inside the call") {
  std::atomic<bool> may_end = false;
  std::atomic<int> woken = 0;
  WorkerThread worker([&] { ++woken; });
  std::vector<std::string> done;
  worker.submit(
      [&] {
        while (!may_end) std::this_thread::yield();
      },
      [&] { done.emplace_back("the task"); });
  worker.soon([&] { done.emplace_back("soon"); });
  CHECK(done.empty());
  CHECK(woken == 1);
  CHECK_FALSE(worker.idle());
  CHECK(worker.run_completions() == 1);
  CHECK(done == std::vector<std::string>{"soon"});
  may_end = true;
  run_until_idle(worker);
  CHECK(done == std::vector<std::string>{"soon", "the task"});
}

TEST_CASE("a worker that is destroyed waits for the running task and drops the rest") {
  std::atomic<bool> begun = false;
  std::atomic<bool> ended = false;
  bool completed = false;
  auto held = std::make_shared<int>(1);
  {
    WorkerThread worker([] {});
    worker.submit(
        [&] {
          begun = true;
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
          ended = true;
        },
        [&] { completed = true; });
    worker.submit([held] {}, [held] {});
    while (!begun) std::this_thread::yield();
  }
  CHECK(ended);
  CHECK_FALSE(completed);
  CHECK(held.use_count() == 1);
}

TEST_CASE("a worker that was never used is idle and ends at once") {
  WorkerThread worker([] {});
  CHECK(worker.idle());
  CHECK(worker.run_completions() == 0);
}
