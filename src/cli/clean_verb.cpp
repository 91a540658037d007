#include "cli/clean_verb.hpp"

#include <unistd.h>

#include <iostream>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/json_object.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/json_versions.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "cli/usage_error.hpp"
#include "cli/verb_settings.hpp"
#include "cli/verb_words.hpp"

namespace xget::cli {
namespace {

const char* word_for(Cleaned state) {
  switch (state) {
    case Cleaned::WouldRemove: return "would remove";
    case Cleaned::Removed: return "removed";
    case Cleaned::Kept: break;
  }
  return "kept";
}

struct CleanSpec {
  std::vector<std::string> paths;
  std::string checkpoint_folder;
  std::optional<Milliseconds> older_than;
  bool yes = false;
  bool json = false;
};

Result<CleanSpec> spec_of(const VerbWords& words) {
  CleanSpec spec;
  spec.paths = words.operands;
  if (spec.paths.empty()) spec.paths.emplace_back(".");
  spec.yes = words.has("yes");
  spec.json = words.has("json");
  if (const auto given = words.options.find("older-than"); given != words.options.end()) {
    const auto age = parse_duration(given->second);
    if (!age) {
      return refuse_usage("--older-than",
                          "\"" + given->second + "\" is not a time, like 12h or 7d");
    }
    spec.older_than = std::chrono::duration_cast<Milliseconds>(*age);
  }
  auto folder = checkpoint_folder(words);
  if (!folder) return fail(std::move(folder.error()));
  spec.checkpoint_folder = *std::move(folder);
  return spec;
}

// What is found, the young left out; a path that fails is told, and the rest goes on.
struct Findings {
  std::vector<Leftover> all;
  std::size_t removable = 0;
  std::uint64_t bytes = 0;
  ExitCode outcome = ExitCode::Success;
};

Findings find(const CleanSpec& spec) {
  Findings findings;
  for (const std::string& path : spec.paths) {
    auto found = find_leftovers(path, spec.checkpoint_folder);
    if (!found) {
      findings.outcome = first_failure({findings.outcome, report_failure(found.error())});
      continue;
    }
    for (Leftover& leftover : *found) {
      const bool young = spec.older_than && leftover.unchanged_for < *spec.older_than;
      if (young && !leftover.paths.empty()) continue;
      if (!leftover.paths.empty()) ++findings.removable;
      findings.bytes += leftover.bytes;
      findings.all.push_back(std::move(leftover));
    }
  }
  return findings;
}

std::string told(const Leftover& leftover, Cleaned state, bool json) {
  return json ? leftover_json(leftover, state) : leftover_text(leftover, state);
}

ExitCode tell(const Findings& findings, bool json) {
  std::string text;
  for (const Leftover& leftover : findings.all) {
    text += told(leftover, leftover.paths.empty() ? Cleaned::Kept : Cleaned::WouldRemove, json);
  }
  if (findings.all.empty() && !json) text = "nothing to remove\n";
  return print_to_standard_output(text);
}

// Only where a person sees both the list and the question.
bool can_ask() { return ::isatty(STDIN_FILENO) == 1 && output_is_seen(); }

bool agrees(const Findings& findings) {
  print_error("Remove " + format_size(findings.bytes) + "? [y/N] ");
  std::string answer;
  std::getline(std::cin, answer);
  return equals_ignoring_case(trim(answer), "y") || equals_ignoring_case(trim(answer), "yes");
}

ExitCode remove_all(const Findings& findings, const CleanSpec& spec) {
  ExitCode outcome = ExitCode::Success;
  std::string text;
  for (const Leftover& leftover : findings.all) {
    if (leftover.paths.empty()) {
      if (spec.yes) text += told(leftover, Cleaned::Kept, spec.json);
      continue;
    }
    const auto removed = remove_leftover(leftover.file, spec.checkpoint_folder);
    if (removed) {
      text += told(*removed, removed->paths.empty() ? Cleaned::Kept : Cleaned::Removed, spec.json);
      continue;
    }
    outcome = first_failure({outcome, report_failure(removed.error())});
  }
  if (findings.all.empty() && !spec.json) text = "nothing to remove\n";
  return first_failure({outcome, print_to_standard_output(text)});
}

ExitCode clean_by(const CleanSpec& spec) {
  const Findings findings = find(spec);
  ExitCode code = ExitCode::Success;
  if (spec.yes) {
    code = remove_all(findings, spec);
  } else {
    code = tell(findings, spec.json);
    if (code == ExitCode::Success && findings.removable > 0 && !spec.json) {
      if (!can_ask()) {
        print_error("nothing was removed: --yes does\n");
      } else if (agrees(findings)) {
        code = remove_all(findings, spec);
      }
    }
  }
  return first_failure({findings.outcome, code});
}

}  // namespace

std::string leftover_text(const Leftover& leftover, Cleaned state) {
  std::string text;
  if (state != Cleaned::Kept) {
    text = word_for(state);
    for (const std::string& path : leftover.paths) {
      text += (path == leftover.paths.front() ? " " : ", ") + printable(path);
    }
    text += " (" + format_size(leftover.bytes) + ", unchanged for " +
            format_duration(leftover.unchanged_for) + ")\n";
  }
  if (!leftover.kept.empty()) text += "kept " + printable(leftover.kept) + "\n";
  return text;
}

std::string leftover_json(const Leftover& leftover, Cleaned state) {
  return JsonObject()
             .with("v", kLeftoverVersion)
             .with("file", leftover.file)
             .with("state", word_for(state))
             .with("paths", std::span<const std::string>(leftover.paths))
             .with("bytes", leftover.bytes)
             .with("unchanged_for_seconds",
                   std::chrono::duration_cast<std::chrono::seconds>(leftover.unchanged_for).count())
             .with("kept", leftover.kept)
             .text() +
         "\n";
}

ExitCode clean(const CommandLine& line) {
  const auto words = read_verb_words(*verb_named("clean"), std::span(line.words).subspan(1));
  if (!words) return report_failure(words.error());
  const auto spec = spec_of(*words);
  return spec ? clean_by(*spec) : report_failure(spec.error());
}

}  // namespace xget::cli
