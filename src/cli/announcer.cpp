#include "cli/announcer.hpp"

#include <unistd.h>

#include <algorithm>

#include "cli/output.hpp"
#include "cli/terminal.hpp"

namespace xget::cli {
namespace {

// The limit that holds whatever the time of day; 0: there is none.
std::uint64_t lasting_limit(const Options& options) {
  return options.limit_rate_windows.empty() ? options.limit_rate : 0;
}

// The log, the download itself or the events.
bool others_write_there(const Arguments& arguments, bool data_there) {
  const bool log_there = arguments.verbosity > 0 && arguments.log_file.empty();
  const bool events_there =
      arguments.event_descriptor && ::isatty(*arguments.event_descriptor) == 1;
  return log_there || data_there || events_there;
}

ProgressDisplay make_display(const Arguments& arguments) {
  const bool data_there =
      !arguments.jobs.empty() && arguments.jobs.front().output == "-" && output_is_seen();
  const ProgressKind kind =
      progress_kind(arguments.progress, {.redraws = can_redraw(),
                                         .no_color = wants_no_color(),
                                         .others_too = others_write_there(arguments, data_there)});
  const bool on_fresh_line = data_there && kind != ProgressKind::Bar;
  return {{.quiet = arguments.quiet,
           .dry_run = arguments.common.dry_run,
           .kind = kind,
           .jobs = arguments.known_jobs(),
           .limit_rate = lasting_limit(arguments.options),
           .bar = use_utf8_characters() ? BarStyle::Blocks : BarStyle::Ascii,
           .features = own_terminal_features()},
          {on_fresh_line ? print_on_fresh_line : print_error, terminal_size, is_in_foreground}};
}

}  // namespace

Announcer::Announcer(const Arguments& arguments) : display_(make_display(arguments)) {
  if (arguments.event_descriptor) events_.emplace(*arguments.event_descriptor, print_error);
}

void Announcer::start() {
  if (events_) events_->start(watch_.elapsed());
}

void Announcer::on_event(const Event& event) {
  const Duration now = watch_.elapsed();
  display_.on_event(event, now);
  if (events_) events_->on_event(event, now);
}

void Announcer::on_idle() { display_.on_idle(); }

void Announcer::jobs_ended(StoppedBy stopped_by) { display_.end(stopped_by, watch_.elapsed()); }

void Announcer::leave() {
  if (const std::string text = display_.leave(); !text.empty()) print_error(text);
}

void Announcer::end(ExitCode code) {
  if (events_) events_->end(code, watch_.elapsed());
}

}  // namespace xget::cli
