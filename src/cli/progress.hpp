// Shows events as they come: rows that are redrawn on a terminal, sparse lines elsewhere.
// Thread: the one that reads the events.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "cli/job_tally.hpp"
#include "cli/progress_choice.hpp"
#include "cli/progress_rows.hpp"
#include "cli/redrawn_rows.hpp"
#include "cli/stopped_jobs.hpp"
#include "cli/terminal_features.hpp"
#include "cli/window_signs.hpp"
#include "xget/event.hpp"

namespace xget::cli {

struct ProgressSettings {
  bool quiet = false;    // failures alone
  bool dry_run = false;  // nothing is downloaded
  ProgressKind kind = ProgressKind::Plain;
  // One alone needs no row for all of them together. nullopt: nobody knows how many.
  std::optional<std::size_t> jobs = 1;
  std::uint64_t limit_rate = 0;  // bytes per second over all jobs; 0: no limit
  BarStyle bar = BarStyle::Blocks;
  TerminalFeatures features;
};

// Where it goes. Replaced in tests.
struct ProgressScreen {
  std::function<void(std::string_view)> print;
  std::function<ScreenSize()> size;
  std::function<bool()> foreground;
};

class ProgressDisplay {
 public:
  ProgressDisplay(ProgressSettings settings, ProgressScreen screen);

  // `now` is the time since the command began.
  void on_event(const Event& event, Duration now);
  // No job is under way, and nobody knows when the next one comes: no row says that one is.
  void on_idle() { clear_rows(); }
  // Clears the rows; prints which jobs were stopped, and of several what became of them together.
  void end(StoppedBy stopped_by, Duration now);
  // What is to be written where the command leaves at once. Any thread, whatever this one is at.
  std::string leave() { return signs_.leave(); }

 private:
  void on(const Probed& probed, Duration now);
  void on(const Progress& progress, Duration now);
  void on(const Retrying& retrying, Duration now);
  void on(const Note& note, Duration now);
  void on(const Finished& finished, Duration now);
  void on(const Failed& failed, Duration now);
  void on(const MetalinkRead& read, Duration now);
  void on(const Planned& planned, Duration now);
  void on(const Removed& removed, Duration now);

  void tell_wait(JobId job, Duration now);
  void show_progress(Duration now);
  void show_line(Duration now);
  void draw_rows(Duration now);
  void print_lines(std::string_view lines, Duration now);  // whole ones
  void clear_rows();

  ProgressSettings settings_;
  ProgressScreen screen_;
  JobTally tally_;
  RedrawnRows rows_;
  WindowSigns signs_;
  int name_width_ = 0;     // of the widest name so far: the columns don't jump with each name
  std::string unprinted_;  // whole lines, until the rows are next drawn
  StoppedJobs stopped_;    // told at the end
  Duration next_show_{};
  Duration next_wait_line_{};
};

}  // namespace xget::cli
