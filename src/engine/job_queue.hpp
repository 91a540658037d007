// JobQueue: many jobs under shared limits. Jobs wait their turn, a bounded number runs, and
// ended ones go. What describes jobs takes a turn like them.
// Thread: loop.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/task.hpp"
#include "xget/event.hpp"

namespace xget::engine {

class JobQueue {
 public:
  // Called when the job's turn has come. Null: it could not be made, and has said so.
  using Make = std::function<std::unique_ptr<Task>()>;

  explicit JobQueue(int max_active) : max_active_(max_active) {}

  void add(JobId id, Make make);
  void interrupt();       // those that run, and those that wait as soon as they are made
  void cancel(JobId id);  // interrupts that one; one that waits is made for it without its turn
  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  [[nodiscard]] bool empty() const { return waiting_.empty() && running_.empty(); }
  void for_each_running(const std::function<void(Task&)>& visit);

 private:
  struct Waiting {
    JobId id;
    Make make;
  };
  struct Running {
    JobId id;
    std::unique_ptr<Task> task;
  };
  void begin(Waiting job, bool interrupted);

  int max_active_;
  bool interrupted_ = false;
  std::deque<Waiting> waiting_;
  std::vector<Running> running_;
};

}  // namespace xget::engine
