#include "cli/store_command.hpp"

#include <unistd.h>

#include <span>
#include <utility>

#include "base/text.hpp"
#include "cli/download.hpp"
#include "cli/event_text.hpp"
#include "cli/json_versions.hpp"
#include "cli/output.hpp"
#include "cli/prepared_command.hpp"
#include "cli/signals.hpp"
#include "cli/url_word.hpp"
#include "cli/verb_table.hpp"

namespace xget::cli {
namespace {

constexpr std::size_t kMostWaiting = std::size_t{32} << 10;  // bytes

}  // namespace

std::string StoreCommand::value_of(std::string_view option) const {
  const auto given = own.options.find(option);
  return given == own.options.end() ? "" : given->second;
}

Result<StoreCommand> read_store_command(const CommandLine& line) {
  auto own = take_own_options(*verb_named(line.verb), std::span(line.words).subspan(1));
  if (!own) return fail(std::move(own.error()));
  auto words = take_words(own->operands, line.argv);
  if (!words) return fail(std::move(words.error()));
  // They are no jobs.
  auto command = prepare_command(
      *std::move(words), [](const Given&, const JobSpec&) -> Result<NamedJobs> { return {}; });
  if (!command) return fail(std::move(command.error()));
  Arguments& arguments = command->arguments;
  arguments.options.trace_file.clear();
  warn_of_insecurity(arguments.options);
  return StoreCommand{.own = *std::move(own),
                      .urls = std::move(command->given.urls),
                      .options = std::move(arguments.options),
                      .objects = arguments.event_descriptor,
                      .dry_run = arguments.common.dry_run,
                      .quiet = arguments.quiet,
                      .log_file = std::move(arguments.log_file)};
}

JsonObject store_line(const char* kind) {
  JsonObject line;
  line.with("v", kStoreVersion).with("kind", kind);
  return line;
}

// ---- the report -------------------------------------------------------------------------------

void StoreReport::tell(const std::string& words, const JsonObject& line) {
  if (objects_ != STDOUT_FILENO) print(STDOUT_FILENO, words_, words);
  if (objects_) print(*objects_, lines_, line.text() + "\n");
}

void StoreReport::tell_done(const std::string& words, const JsonObject& line) {
  tell(quiet_ ? "" : words, line);
}

void StoreReport::say_done(const std::string& words) {
  if (!quiet_ && objects_ != STDOUT_FILENO) print(STDOUT_FILENO, words_, words);
}

void StoreReport::fail(const std::string& url, const Error& error) {
  flush();
  const ExitCode code = report_failure(error);
  interrupted_ = interrupted_ || error.code == ErrorCode::Interrupted;
  outcome_ = interrupted_ ? ExitCode::Interrupted : first_failure({outcome_, code});
  if (!objects_) return;
  JsonObject line = store_line("failed");
  if (!url.empty()) line.with("url", url);
  line.with("code", to_string(error.code))
      .with("operation", error.operation)
      .with("number", error.number)
      .with("cause", error.cause)
      .with("remedy", error.remedy);
  print(*objects_, lines_, line.text() + "\n");
}

void StoreReport::print(int descriptor, std::string& waiting, const std::string& text) {
  waiting += text;
  if (waiting.size() >= kMostWaiting) flush(descriptor, waiting);
}

void StoreReport::flush() {
  flush(STDOUT_FILENO, words_);
  if (objects_) flush(*objects_, lines_);
}

void StoreReport::flush(int descriptor, std::string& waiting) {
  const std::string text = std::exchange(waiting, "");
  if (text.empty() || broken_) return;
  const ExitCode printed = print_to_descriptor(descriptor, text);
  broken_ = printed != ExitCode::Success;
  outcome_ = first_failure({outcome_, printed});
}

ExitCode StoreReport::end() {
  flush();
  return outcome_;
}

// ---- a session --------------------------------------------------------------------------------

ExitCode ask_stores(StoreCommand command, const AskStores& ask) {
  // Before any other thread is made, so that none of them takes the signals.
  const sigset_t signals = block_ending_signals();
  auto session = Session::create(std::move(command.options));
  if (!session) return report_failure(session.error());
  ExitCode code = ExitCode::Success;
  {
    const SignalWatch watch(
        signals, [&] { (*session)->interrupt(); }, [] {});
    StoreReport report(command.objects, command.quiet);
    ask(**session, report);
    code = report.end();
  }
  complain_of_lost_log(command.log_file);
  return code;
}

bool for_each_object(Session& session, StoreReport& report, const ListingSpec& spec,
                     const std::function<void(const ListedObject&)>& act) {
  const auto fail_with = [&](const Error& error) {
    report.fail(spec.url, error);
    return false;
  };
  auto listing = ObjectListing::open(session, spec);
  if (!listing) return fail_with(listing.error());
  bool any = false;
  while (!report.is_over()) {
    const auto object = listing->next();
    if (!object) return fail_with(object.error());
    if (!*object) break;
    any = true;
    act(**object);
  }
  if (any || report.is_over() || names_bucket(spec.url)) return !report.is_over();
  return fail_with({.code = ErrorCode::Refused,
                    .operation = "list",
                    .subject = printable(spec.url),
                    .cause = "there is no such object, and nothing below it"});
}

}  // namespace xget::cli
