// JobQueue: many jobs under shared limits. Jobs wait their turn, a bounded number runs, and
// ended ones go. What describes jobs takes a turn like them.
//
// Of those that want the same content one goes first. The others are held, and take no part, until
// it has ended: all of them go then if it left an original, to be made from that, and else the next
// one goes first.
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

#include "core/job_admission.hpp"
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

  struct Entry {
    JobId id = 0;
    std::string host;     // that it asks first
    std::string content;  // as core::content_named_by; empty: nobody else's
    Make make;
  };
  void add(Entry job);
  void interrupt();       // those that run, and those that wait as soon as they are made
  void cancel(JobId id);  // interrupts that one; one that waits is made for it without its turn
  void on_time(Instant now);
  [[nodiscard]] std::optional<Instant> next_deadline() const;
  // Whether there are jobs besides the one that is being made.
  [[nodiscard]] bool others() const { return !empty(); }
  // Held ones wait for one that is not.
  [[nodiscard]] bool empty() const { return waiting_.empty() && running_.empty(); }
  void for_each_running(const std::function<void(Task&)>& visit);

 private:
  using Queue = std::deque<Entry>;
  struct Running {
    JobId id;
    std::string host;
    std::string content;
    std::unique_ptr<Task> task;
  };
  // Of one content.
  struct Alike {
    int under_way = 0;  // that wait or run; at least one
    Queue held;
  };

  void begin(Entry job, bool interrupted);
  std::optional<Entry> take_waiting(JobId id);
  void ended(const std::string& content, bool left_original);
  void drop_ended();
  void let_go(Alike& alike, std::size_t count);

  // What runs.
  struct Census {
    core::RunningJobs running;
    struct Host {
      int active = 0;  // that are not finishing
      bool multiplexed = false;
    };
    std::map<std::string, Host> hosts;  // that they ask first

    void add(const Task& task, const std::string& host);
  };
  [[nodiscard]] Census count_running() const;
  // The first that may begin, and whose host may be asked by one more.
  [[nodiscard]] Queue::const_iterator next(const Census& census) const;
  [[nodiscard]] bool may_begin(const Entry& job, const Census& census) const;
  void begin_some();

  const std::optional<int> max_active_;
  const core::PerHost<int> max_per_host_;
  bool interrupted_ = false;
  Queue waiting_;
  std::vector<Running> running_;
  std::map<std::string, Alike> alike_;  // by their content
};

}  // namespace xget::engine
