#include "cli/download.hpp"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cli/announcer.hpp"
#include "cli/end_files.hpp"
#include "cli/event_text.hpp"
#include "cli/help.hpp"
#include "cli/hooks.hpp"
#include "cli/interpret.hpp"
#include "cli/job_book.hpp"
#include "cli/list_feeder.hpp"
#include "cli/open_files.hpp"
#include "cli/output.hpp"
#include "cli/prepared_command.hpp"
#include "cli/resume_command.hpp"
#include "cli/session_feeder.hpp"
#include "cli/session_file.hpp"
#include "cli/signals.hpp"
#include "cli/tree_feeder.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

// Who hears of what becomes of the jobs.
struct Listeners {
  Announcer& announcer;
  Hooks& hooks;
  EndFiles& end_files;
  SessionFile* session_file;  // null: there is none
};

// Reads events until every job has ended. Returns the failure that stopped all others, if one did.
std::optional<ErrorCode> follow(Session& session, JobBook& book, bool fail_fast,
                                const Listeners& listeners) {
  std::optional<ErrorCode> stopped_by;
  const auto read_events = [&] {
    while (const auto event = session.next_event()) {
      listeners.announcer.on_event(*event);
      const auto ended = book.on_event(*event);
      listeners.hooks.on_event(*event);
      listeners.end_files.on_event(*event, ended, listeners.announcer.elapsed());
      if (ended.finished) listeners.session_file->finished(*ended.finished);
      const auto* failed = std::get_if<Failed>(&*event);
      if (!fail_fast || stopped_by || failed == nullptr) continue;
      stopped_by = failed->error.code;
      book.stop();
      session.interrupt();
    }
  };
  do {
    read_events();
    listeners.announcer.on_idle();
  } while (book.wait_for_more());
  read_events();  // what was told at the end of a list that brought nothing more
  listeners.announcer.jobs_ended(stopped_by ? StoppedBy::Failure : StoppedBy::User);
  return stopped_by;
}

LeftBehind left_behind(const Outcome& outcome, QueueKept kept) {
  LeftBehind left{.done = {}, .anything_kept = outcome.anything_kept, .kept = kept};
  for (const auto& failure : outcome.of_words) left.done.push_back(!failure);
  return left;
}

ExitCode code_of(const Outcome& outcome) {
  if (outcome.interrupted) return ExitCode::Interrupted;
  auto failures = outcome.of_words;
  failures.push_back(outcome.of_list);
  return exit_code_of(failures);
}

// What is downloaded: the command line's own files, and a list of more; or, where a session file
// keeps all of that, what it lists.
struct Work {
  std::vector<TreeCopySpec> trees;
  std::vector<JobSpec> jobs;
  std::optional<GivenList> list;
  std::unique_ptr<SessionFile> session_file;
};

Result<Work> take_work(Arguments& arguments) {
  Work work{.trees = std::move(arguments.trees),
            .jobs = std::move(arguments.jobs),
            .list = {},
            .session_file = {}};
  if (!arguments.input_file.empty()) {
    auto list = InputFile::open(arguments.input_file, arguments.common);
    if (!list) return fail(std::move(list.error()));
    work.list = GivenList{arguments.input_file, *std::move(list), arguments.common};
  }
  if (arguments.session_file.empty()) return work;
  auto file = SessionFile::open(arguments.session_file, work.jobs, std::move(arguments.common),
                                !work.jobs.empty() || work.list);
  if (!file) return fail(std::move(file.error()));
  work.session_file = *std::move(file);
  work.jobs.clear();
  return work;
}

Result<std::vector<FedTree>> open_trees(std::vector<TreeCopySpec> specs, bool dry_run,
                                        Session& session) {
  std::vector<FedTree> trees;
  for (TreeCopySpec& spec : specs) {
    // Nothing will have changed by then.
    if (dry_run && spec.removal == TreeRemoval::Afterwards) spec.removal = TreeRemoval::AtOnce;
    const bool more = spec.removal == TreeRemoval::Afterwards || !spec.staging.empty();
    auto afterwards = more && !dry_run ? std::make_optional(spec) : std::nullopt;
    auto tree = TreeCopy::open(session, std::move(spec));
    if (!tree) return fail(std::move(tree.error()));
    trees.push_back({*std::move(tree), std::move(afterwards)});
  }
  return trees;
}

// Whatever adds a list's jobs while they run.
class Feeder {
 public:
  Feeder(Work& work, std::vector<FedTree> trees, bool dry_run, Session& session, JobBook& book) {
    if (work.session_file) {
      of_session_.emplace(*work.session_file, std::move(work.list), session, book);
    } else if (work.list) {
      of_list_.emplace(std::move(work.list->list), session, book);
    } else if (!trees.empty()) {
      of_trees_.emplace(std::move(trees), dry_run, session, book);
    }
  }

  // Reads no further. Whether nothing is missing of what was to be put into a session file.
  bool end() {
    const bool complete = !of_session_ || of_session_->list_is_taken();
    of_session_.reset();
    of_list_.reset();
    of_trees_.reset();
    return complete;
  }

 private:
  std::optional<ListFeeder> of_list_;
  std::optional<TreeFeeder> of_trees_;
  std::optional<SessionFeeder> of_session_;
};

// What became of the session file.
struct Queue {
  QueueKept kept = QueueKept::Nowhere;
  std::uint64_t left = 0;
  bool broken = false;

  [[nodiscard]] bool can_go_on() const { return left > 0 || kept == QueueKept::WithoutList; }
};

Queue end_queue(Feeder& feeder, SessionFile* file) {
  const bool complete = feeder.end();
  if (file == nullptr) return {};
  Queue queue{.kept = complete ? QueueKept::WithList : QueueKept::WithoutList};
  const auto left = file->end(complete);
  if (left) {
    queue.left = *left;
  } else {
    print_error(failure_text(left.error()));
    queue.broken = true;
  }
  return queue;
}

// What is written besides the files, once all jobs have ended: cookies, the timeline, the log.
// Returns the code of what failed first.
ExitCode write_the_rest(Session& session, EndFiles& end_files, const std::string& log_file,
                        bool dry_run) {
  const auto ended = end_files.end();
  if (!ended) print_error(failure_text(ended.error()));
  const auto saved = dry_run ? Result<void>() : session.save_cookies();
  if (!saved) print_error(failure_text(saved.error()));
  const auto traced = session.end_trace();
  if (!traced) print_error(failure_text(traced.error()));
  complain_of_lost_log(log_file);
  return first_failure({exit_code_of(ended), exit_code_of(saved), exit_code_of(traced)});
}

// Waits for those that are still to be run, and tells what failed.
ExitCode end_hooks(Hooks& hooks) {
  const HookFailures failures = hooks.wait();
  if (!failures.any()) return ExitCode::Success;
  print_error(hook_failures_text(failures));
  return ExitCode::Hook;
}

}  // namespace

ExitCode run_jobs(const CommandLine& line, const Given& given, Arguments arguments) {
  // Before any other thread is made, so that none of them takes the signals.
  const sigset_t signals = block_ending_signals();
  const std::string log_file = arguments.log_file;
  const std::vector<UploadSpec> uploads = std::move(arguments.uploads);
  const bool dry_run = arguments.common.dry_run;
  constexpr std::size_t kMany = kMostMultiplexedJobs + kMostFinishingJobs;
  const std::size_t files =
      open_files_needed(arguments.options, arguments.known_jobs().value_or(kMany));
  if (auto enough = allow_open_files(files); !enough) return report_failure(enough.error());
  Announcer announcer(arguments);
  auto end_files = EndFiles::create(arguments.end_files, arguments.common);
  if (!end_files) return report_failure(given.named_as_given(end_files.error()));
  auto work = take_work(arguments);
  if (!work) return report_failure(given.named_as_given(work.error()));
  auto session = Session::create(std::move(arguments.options));
  if (!session) return report_failure(given.named_as_given(session.error()));
  JobBook book;
  Hooks hooks(std::move(arguments.hooks));
  // Both end before the session does.
  const SignalWatch signal_watch(
      signals,
      [&] {
        book.stop();
        hooks.stop();
        (*session)->interrupt();
      },
      [&] { announcer.leave(); });
  for (JobSpec& job : work->jobs) {
    if (auto added = book.add_word(**session, std::move(job)); !added) {
      return report_failure(given.named_as_given(added.error()));
    }
  }
  for (const UploadSpec& upload : uploads) {
    if (auto added = book.add_word(**session, upload); !added) {
      return report_failure(given.named_as_given(added.error()));
    }
  }
  auto trees = open_trees(std::move(work->trees), dry_run, **session);
  if (!trees) return report_failure(given.named_as_given(trees.error()));
  announcer.start();
  Feeder feeder(*work, *std::move(trees), dry_run, **session, book);
  const auto stopped_by = follow(**session, book, arguments.fail_fast,
                                 {announcer, hooks, *end_files, work->session_file.get()});
  const Queue queue = end_queue(feeder, work->session_file.get());
  const Outcome outcome = book.outcome();
  ExitCode rest = write_the_rest(**session, *end_files, log_file, dry_run);
  if (queue.broken) rest = ExitCode::Disk;
  const ExitCode called = end_hooks(hooks);
  const bool can_go_on = outcome.can_go_on || (outcome.interrupted && queue.can_go_on());
  if (can_go_on && !dry_run && !line.verb.empty()) {
    print_error("to go on: the same command again\n");
  } else if (can_go_on && !dry_run) {
    const LeftBehind left = left_behind(outcome, queue.kept);
    print_error(go_on_text(resume_command(line.program, given, left)));
  }
  const ExitCode code =
      first_failure({stopped_by ? exit_code_of(*stopped_by) : code_of(outcome), rest, called});
  announcer.end(code);
  return code;
}

void warn_of_insecurity(const Options& options) {
  if (!options.insecure) return;
  print_error(
      warning_text("--insecure checks no certificates: anybody on the way can read and change "
                   "what is downloaded"));
}

ExitCode download(const CommandLine& line) {
  auto words = take_words(line.words, line.argv);
  if (!words) return report_failure(words.error());
  if (words->has(OptionId::Help)) return print_to_standard_output(help_text());
  if (words->has(OptionId::Version)) {
    return print_to_standard_output("xget " + std::string(version()) + "\n");
  }
  auto command = prepare_command(*std::move(words));
  if (!command) return report_failure(command.error());
  warn_of_insecurity(command->arguments.options);
  return run_jobs(line, command->given, std::move(command->arguments));
}

}  // namespace xget::cli
