// Announcer: tells what happens to whoever wants to know it: to people on standard error, and to a
// program as JSON.
// Thread: the one that reads the events.
#pragma once

#include <optional>

#include "cli/event_stream.hpp"
#include "cli/exit_code.hpp"
#include "cli/interpret.hpp"
#include "cli/progress.hpp"
#include "cli/stopwatch.hpp"
#include "xget/event.hpp"

namespace xget::cli {

class Announcer {
 public:
  // The descriptor for events must have been taken. SIGPIPE must be ignored from start() on.
  explicit Announcer(const Arguments& arguments);

  void start();
  void on_event(const Event& event);
  [[nodiscard]] Duration elapsed() const { return watch_.elapsed(); }  // since the command began
  // No job is under way; there may be more to come.
  void on_idle();
  void jobs_ended(StoppedBy stopped_by);
  // The command leaves at once: the terminal gets its own signs back. Any thread.
  void leave();
  // Last of all. May wait for the reader of events, see EventStream.
  void end(ExitCode code);

 private:
  const Stopwatch watch_;
  ProgressDisplay display_;
  std::optional<EventStream> events_;
};

}  // namespace xget::cli
