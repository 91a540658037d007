#include "cli/prepared_command.hpp"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "cli/configuration.hpp"
#include "cli/environment.hpp"
#include "cli/event_stream.hpp"
#include "cli/event_text.hpp"
#include "cli/output.hpp"
#include "cli/process_list.hpp"
#include "cli/read_words.hpp"
#include "xget/session.hpp"

namespace xget::cli {
namespace {

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

}  // namespace

Result<Given> take_words(std::span<const std::string> words, std::span<char* const> argv) {
  auto given = read_words(words);
  if (given) hide_in_process_list(*given, argv);
  return given;
}

Result<PreparedCommand> prepare_command(Given words, const ReadJobs& read_jobs) {
  const std::vector<std::string> environment = own_environment();
  auto configuration = configure(std::move(words), environment);
  if (!configuration) return fail(std::move(configuration.error()));
  for (const std::string& warning : configuration->warnings) print_error(warning_text(warning));
  PreparedCommand command{.given = std::move(configuration->given), .arguments = {}};
  auto arguments = interpret(command.given, real_secret_input(), read_jobs);
  if (!arguments) return fail(command.given.named_as_given(std::move(arguments.error())));
  command.arguments = *std::move(arguments);
  command.arguments.options.state_folder = state_folder(environment);
  if (auto started = start_log(command.arguments); !started) return fail(started.error());
  if (const auto descriptor = command.arguments.event_descriptor) {
    if (auto taken = take_event_descriptor(*descriptor); !taken) {
      return fail(command.given.named_as_given(std::move(taken.error())));
    }
  }
  return command;
}

void complain_of_lost_log(const std::string& log_file) {
  if (!log::broken()) return;
  print_error("xget: " + printable(log_file) + " is incomplete: it could not be written\n");
}

}  // namespace xget::cli
