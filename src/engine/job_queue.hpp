// JobQueue: many jobs under shared limits. Jobs wait their turn, a bounded number runs, and
// ended ones go. What describes jobs takes a turn like them.
// Thread: loop.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/per_host.hpp"
#include "engine/task.hpp"
#include "xget/event.hpp"

namespace xget::engine {

class JobQueue {
 public:
  // Called when the job's turn has come. Null: it could not be made, and has said so.
  using Make = std::function<std::unique_ptr<Task>()>;

  // `max_active`: nullopt: as core/job_admission.hpp says. Each job has a connection at least: so
  // no more than `max_per_host` are active that ask the same host first.
  JobQueue(std::optional<int> max_active, core::PerHost<int> max_per_host)
      : max_active_(max_active), max_per_host_(std::move(max_per_host)) {}

  void add(JobId id, std::string host, Make make);
  void interrupt();       // those that run, and those that wait as soon as they are made
  void cancel(JobId id);  // interrupts that one; one that waits is made for it without its turn
  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  // Whether there are jobs besides the one that is being made.
  [[nodiscard]] bool others() const { return !waiting_.empty() || !running_.empty(); }
  [[nodiscard]] bool empty() const { return waiting_.empty() && running_.empty(); }
  void for_each_running(const std::function<void(Task&)>& visit);

 private:
  struct Waiting {
    JobId id;
    std::string host;
    Make make;
  };
  struct Running {
    JobId id;
    std::string host;
    std::unique_ptr<Task> task;
  };
  void begin(Waiting job, bool interrupted);

  using Queue = std::deque<Waiting>;

  [[nodiscard]] bool has_room() const;
  [[nodiscard]] std::map<std::string, int> active_by_host() const;
  // The first whose host may be asked by one more.
  [[nodiscard]] Queue::const_iterator next() const;

  const std::optional<int> max_active_;
  const core::PerHost<int> max_per_host_;
  bool interrupted_ = false;
  Queue waiting_;
  std::vector<Running> running_;
};

}  // namespace xget::engine
