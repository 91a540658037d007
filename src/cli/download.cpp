#include "cli/download.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/help.hpp"
#include "cli/interpret.hpp"
#include "cli/open_files.hpp"
#include "cli/process_list.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/resume_command.hpp"
#include "cli/signals.hpp"
#include "cli/stopwatch.hpp"
#include "cli/terminal.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

ExitCode report_failure(const Error& error) {
  print_error(failure_text(error));
  return exit_code_of(error.code);
}

ExitCode print_to_standard_output(const std::string& text) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (written) return ExitCode::Success;
  return report_failure({.code = ErrorCode::Disk,
                         .operation = "write",
                         .subject = "standard output",
                         .number = errno,
                         .cause = std::generic_category().message(errno)});
}

log::Level log_level(int verbosity) {
  if (verbosity >= 3) return log::Level::Trace;
  return verbosity == 2 ? log::Level::Debug : log::Level::Info;
}

Result<void> start_log(const Arguments& arguments) {
  if (arguments.verbosity == 0 && arguments.log_file.empty()) return {};
  const auto refuse = [&](ErrorCode code, std::string cause) {
    return fail({.code = code,
                 .operation = "write the log file",
                 .subject = arguments.log_file,
                 .cause = std::move(cause)});
  };
  if (!log::start(log_level(arguments.verbosity), arguments.log_file)) {
    return refuse(ErrorCode::Usage, std::strerror(errno));
  }
  log::info("xget " + std::string(version()));
  if (log::broken()) return refuse(ErrorCode::Disk, "it cannot be written");
  return {};
}

// The limit that holds whatever the time of day; 0: there is none.
std::uint64_t lasting_limit(const Options& options) {
  return options.limit_rate_windows.empty() ? options.limit_rate : 0;
}

ProgressDisplay make_display(const Arguments& arguments) {
  // The log's lines and a line that is redrawn would write over each other.
  const bool log_on_terminal = arguments.verbosity > 0 && arguments.log_file.empty();
  const bool redraw = !arguments.quiet && !log_on_terminal && can_redraw();
  const bool data_on_terminal = arguments.jobs.front().output == "-" && output_is_seen();
  if (redraw) use_utf8_characters();
  return {
      {.quiet = arguments.quiet,
       .redraw = redraw && !data_on_terminal,
       .jobs = arguments.jobs.size(),
       .limit_rate = lasting_limit(arguments.options)},
      {data_on_terminal ? print_on_fresh_line : print_error, terminal_columns, is_in_foreground}};
}

// What became of the jobs, in the order of their URLs. A Metalink is done once all of its files
// are.
struct Outcome {
  std::vector<std::optional<ErrorCode>> failures;
  bool can_go_on = false;
  bool anything_kept = false;
};

// Reads events until every job has ended.
Outcome follow(Session& session, std::map<JobId, std::size_t> position, ProgressDisplay& display,
               const Stopwatch& watch) {
  Outcome outcome;
  outcome.failures.resize(position.size());
  while (const auto event = session.next_event()) {
    display.on_event(*event, watch.elapsed());
    if (const auto* read = std::get_if<MetalinkRead>(&*event)) {
      for (const JobId file : read->files) position.emplace(file, position.at(read->job));
    }
    if (const auto* failed = std::get_if<Failed>(&*event)) {
      auto& failure = outcome.failures[position.at(failed->job)];
      if (!failure || failed->error.code == ErrorCode::Interrupted) failure = failed->error.code;
      outcome.can_go_on |= can_go_on(*failed);
      outcome.anything_kept |= !failed->error.kept.empty();
    }
  }
  display.end(watch.elapsed());
  return outcome;
}

LeftBehind left_behind(const Outcome& outcome) {
  LeftBehind left{.done = {}, .anything_kept = outcome.anything_kept};
  for (const auto& failure : outcome.failures) left.done.push_back(!failure);
  return left;
}

Result<std::map<JobId, std::size_t>> add_jobs(Session& session, std::vector<JobSpec> jobs) {
  std::map<JobId, std::size_t> position;
  for (JobSpec& job : jobs) {
    const auto id = session.add(std::move(job));
    if (!id) return fail(id.error());
    position.emplace(*id, position.size());
  }
  return position;
}

ExitCode run(const CommandLine& line, const Given& given, Arguments arguments) {
  const Stopwatch watch;
  // Before any other thread is made, so that none of them takes the signals.
  const sigset_t signals = block_ending_signals();
  const std::string log_file = arguments.log_file;
  if (auto enough = allow_open_files(open_files_needed(arguments.options, arguments.jobs.size()));
      !enough) {
    return report_failure(enough.error());
  }
  ProgressDisplay display = make_display(arguments);
  auto session = Session::create(std::move(arguments.options));
  if (!session) return report_failure(session.error());
  // Ends before the session does.
  const SignalWatch signal_watch(signals, [&] { (*session)->interrupt(); });
  const auto position = add_jobs(**session, std::move(arguments.jobs));
  if (!position) return report_failure(position.error());
  const Outcome outcome = follow(**session, *position, display, watch);
  const auto saved = (*session)->save_cookies();
  if (!saved) print_error(failure_text(saved.error()));
  const auto traced = (*session)->end_trace();
  if (!traced) print_error(failure_text(traced.error()));
  if (outcome.can_go_on) {
    print_error(go_on_text(resume_command(line.program, given, left_behind(outcome))));
  }
  if (log::broken()) {
    print_error("xget: " + printable(log_file) + " is incomplete: it could not be written\n");
  }
  const ExitCode code = exit_code_of(outcome.failures);
  if (code != ExitCode::Success) return code;
  if (!saved) return exit_code_of(saved.error().code);
  return traced ? code : exit_code_of(traced.error().code);
}

}  // namespace

ExitCode download(const CommandLine& line) {
  const auto given = read_words(line.words);
  if (!given) return report_failure(given.error());
  hide_in_process_list(*given, line.argv);
  if (given->has(OptionId::Help)) return print_to_standard_output(help_text());
  if (given->has(OptionId::Version)) {
    return print_to_standard_output("xget " + std::string(version()) + "\n");
  }
  auto arguments = interpret(*given, real_secret_input());
  if (!arguments) return report_failure(arguments.error());
  if (auto started = start_log(*arguments); !started) return report_failure(started.error());
  if (arguments->options.insecure) {
    print_error(
        "xget: WARNING: --insecure checks no certificates: anybody on the way can read and change "
        "what is downloaded\n");
  }
  return run(line, *given, *std::move(arguments));
}

}  // namespace xget::cli
