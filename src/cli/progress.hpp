// Shows events as they come: one line that is redrawn on a terminal, sparse lines elsewhere.
// Thread: the one that reads the events.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "cli/progress_line.hpp"
#include "cli/smoothed_rate.hpp"
#include "xget/event.hpp"

namespace xget::cli {

struct ProgressSettings {
  bool quiet = false;            // failures alone
  bool redraw = false;           // a terminal; otherwise plain lines
  std::size_t jobs = 1;          // more than one: the line is about all of them
  std::uint64_t limit_rate = 0;  // bytes per second over all jobs; 0: no limit
};

// Where it goes. Replaced in tests.
struct ProgressScreen {
  std::function<void(std::string_view)> print;
  std::function<int()> columns;
  std::function<bool()> foreground;
};

class ProgressDisplay {
 public:
  ProgressDisplay(ProgressSettings settings, ProgressScreen screen);

  // `now` is the time since the command began.
  void on_event(const Event& event, Duration now);
  // Clears the line; of several jobs, prints what became of them together.
  void end(Duration now);

 private:
  // After a failure, until bytes can come again.
  struct Wait {
    std::string url;
    std::string cause;
    Duration until{};
  };
  struct Job {
    std::string path;
    Duration began{};
    Progress last;
    std::uint64_t received = 0;  // bytes in this run, as far as `last` tells
    bool active = false;
    std::optional<Wait> wait;
    std::string told_cause;  // of waits, in a line of its own
  };

  void on(const Probed& probed, Duration now);
  void on(const Progress& progress, Duration now);
  void on(const Retrying& retrying, Duration now);
  void on(const Note& note, Duration now);
  void on(const Finished& finished, Duration now);
  void on(const Failed& failed, Duration now);
  void on(const MetalinkRead& read, Duration now);

  Job& job(JobId id, Duration now);
  [[nodiscard]] std::string line_name() const;
  [[nodiscard]] LineState line_state(Duration now);
  [[nodiscard]] Progress together() const;
  [[nodiscard]] const Wait* next_to_try() const;  // nullptr: none waits
  [[nodiscard]] std::uint64_t lasting_rate(std::uint64_t bytes_per_second) const;
  void tell_wait(Job& job, Duration now);
  void forget_told_causes();
  void show_progress(Duration now);
  void print_above(const std::string& lines);  // whole lines, clear of the redrawn one
  void clear_line();

  ProgressSettings settings_;
  ProgressScreen screen_;
  std::map<JobId, Job> jobs_;
  SmoothedRate rate_;
  std::size_t finished_ = 0;
  std::uint64_t received_ = 0;  // bytes, by jobs that have ended
  Duration next_show_{};
  Duration next_wait_line_{};
  bool line_shown_ = false;
};

}  // namespace xget::cli
