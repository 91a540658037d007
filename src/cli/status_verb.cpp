#include "cli/status_verb.hpp"

#include <utility>

#include "base/json_object.hpp"
#include "base/partial_names.hpp"
#include "base/secrets.hpp"
#include "base/shell_word.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/json_versions.hpp"
#include "cli/output.hpp"
#include "cli/resume_command.hpp"
#include "cli/verb_settings.hpp"
#include "cli/verb_words.hpp"

namespace xget::cli {
namespace {

std::string amount_text(const PartialSummary& partial) {
  if (!partial.problem.empty()) return "nothing that counts: " + printable(partial.problem);
  if (!partial.size) return format_size(partial.held);
  std::string text = format_size(partial.held) + " of " + format_size(*partial.size);
  if (*partial.size == 0) return text;
  const double share = static_cast<double>(partial.held) / static_cast<double>(*partial.size);
  return text + " (" + std::to_string(static_cast<int>(share * 100)) + "%)";
}

ExitCode show_all(const std::vector<std::string>& paths, const std::string& folder,
                  const std::string& program, bool json) {
  ExitCode outcome = ExitCode::Success;
  std::string text;
  for (const std::string& path : paths) {
    const auto partials = find_partials(path, folder);
    if (!partials) {
      outcome = first_failure({outcome, report_failure(partials.error())});
      continue;
    }
    if (partials->empty() && !json) text += printable(path) + ": no partial downloads\n";
    for (const PartialSummary& partial : *partials) {
      const std::string command = command_that_goes_on(partial, program, folder);
      text += json ? status_json(partial, command) : status_text(partial, command);
    }
  }
  return first_failure({outcome, print_to_standard_output(text)});
}

}  // namespace

std::string command_that_goes_on(const PartialSummary& partial, const std::string& program,
                                 const std::string& checkpoint_folder) {
  if (partial.url.empty()) return "";
  // A name like "-" would be standard output.
  const std::string file = partial.file.starts_with('-') ? "./" + partial.file : partial.file;
  std::string command = shell_quoted(program) + " -o " + shell_quoted(file);
  if (!checkpoint_folder.empty()) {
    command += " --checkpoint-dir " + shell_quoted(checkpoint_folder);
  }
  // A sidecar may be anybody's, and its URL begin like an option.
  return command + (partial.url.starts_with('-') ? " -- " : " ") + shell_quoted(partial.url);
}

std::string status_text(const PartialSummary& partial, const std::string& command) {
  std::string text = printable(partial.file) + ": " + amount_text(partial) + "\n";
  if (!partial.url.empty()) text += "  from " + printable(partial.url) + "\n";
  if (partial.in_use) return text + "  another xget is downloading to it\n";
  if (command.empty()) return text;
  text += "  to go on: " + command + "\n";
  if (partial.url.find(kHiddenSecret) == std::string::npos) return text;
  return text + "  fill in for " + std::string(kHiddenSecret) + ": what is secret in the URL\n";
}

std::string status_json(const PartialSummary& partial, const std::string& command) {
  JsonObject object;
  object.with("v", kStatusVersion)
      .with("file", partial.file)
      .with("partial", partial_of(partial.file))
      .with("size", partial.size)
      .with("held", partial.held)
      .with("url", partial.url)
      .with("in_use", partial.in_use)
      .with("problem", partial.problem)
      .with("command", command);
  return object.text() + "\n";
}

ExitCode show_status(const CommandLine& line) {
  auto words = read_verb_words(*verb_named("status"), std::span(line.words).subspan(1));
  if (!words) return report_failure(words.error());
  const auto folder = checkpoint_folder(*words);
  if (!folder) return report_failure(folder.error());
  if (words->operands.empty()) words->operands.emplace_back(".");
  return show_all(words->operands, *folder, line.program, words->has("json"));
}

}  // namespace xget::cli
