#include "cli/event_text.hpp"

#include <algorithm>
#include <cerrno>

#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/progress_line.hpp"

namespace xget::cli {
namespace {

// Shorter runs have no speed worth telling.
constexpr double kShortestSpeedSeconds = 0.001;
// Nobody minds that so little comes again.
constexpr std::uint64_t kSmallSize = 64 << 10;
constexpr std::size_t kMostShown = 8;  // of a plan's mirrors or addresses

std::string time_and_speed(std::uint64_t moved, Duration elapsed) {
  const double length = to_seconds(elapsed);
  if (length < kShortestSpeedSeconds) return "";
  std::string text = " in " + format_duration(elapsed);
  if (moved == 0) return text;
  const double rate = static_cast<double>(moved) / length;
  return text + " (" + format_size(static_cast<std::uint64_t>(rate)) + "/s)";
}

std::string proof_text(const Finished& finished) {
  if (finished.rests_on.empty()) return "";
  // What another run proved is a record by now: the file may have been changed since.
  const bool recorded = finished.already_complete && finished.proof != Proof::Digest;
  const char* verdict = finished.proof == Proof::None ? "not proven"
                        : recorded                    ? "recorded"
                                                      : "proof";
  return std::string(", ") + verdict + ": " + printable(finished.rests_on);
}

std::string origin_text(const MadeFrom& made_from) {
  const std::string path = printable(made_from.path);
  switch (made_from.as) {
    case Dedupe::Link: return "a hard link of " + path;
    case Dedupe::Reflink: return "a copy of " + path + " that shares its room on the disk";
    case Dedupe::Off:
    case Dedupe::Copy: break;
  }
  return "a copy of " + path;
}

// Once the user has made some, the same command finds it.
bool lacks_room(const Error& error) { return error.number == ENOSPC || error.number == EDQUOT; }

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

std::string some_of(std::vector<std::string> texts) {
  const std::size_t rest = texts.size() - std::min(texts.size(), kMostShown);
  texts.resize(texts.size() - rest);
  return printable(joined(texts)) + (rest == 0 ? "" : " and " + std::to_string(rest) + " more");
}

std::string step_text(const Planned& planned) {
  if (planned.step == PlannedStep::Nothing) return "complete already: nothing would be fetched";
  if (planned.step == PlannedStep::Send) return "all of it would be sent";
  if (planned.held == 0) return "all of it would be fetched";
  std::string text = format_size(planned.held) + " of it here already";
  if (!planned.size) return text;
  const std::uint64_t missing = *planned.size - std::min(*planned.size, planned.held);
  return text + (missing == 0 ? ": only checked" : ", " + format_size(missing) + " to be fetched");
}

std::string validators_text(const Planned& planned) {
  std::vector<std::string> all;
  if (!planned.etag.empty()) all.push_back("ETag " + printable(planned.etag));
  if (!planned.last_modified.empty()) {
    all.push_back("Last-Modified " + printable(planned.last_modified));
  }
  return all.empty() ? "none" : joined(all);
}

}  // namespace

std::string shown_path(const std::string& path) {
  return path == "-" ? "standard output" : printable(path);
}

std::string start_text(const Probed& probed) {
  std::string text = printable(probed.url) + " → " + shown_path(probed.path) + ", ";
  text += probed.size ? format_size(*probed.size) : "size unknown";
  if (probed.held > 0) text += ", " + format_size(probed.held) + " of it here already";
  if (!probed.ranges && probed.held > 0) text += "; the server sends all of it again";
  const bool worth_resuming = !probed.size || *probed.size > kSmallSize;
  if (!probed.ranges && probed.held == 0 && worth_resuming) text += ", cannot be resumed";
  return text + "\n";
}

std::string finished_text(const Finished& finished, Duration elapsed) {
  std::string text = shown_path(finished.path) + ": ";
  if (finished.made_from) {
    text += format_size(finished.size) + ", " + origin_text(*finished.made_from);
  } else if (finished.not_modified) {
    return text + "not modified: " + printable(finished.rests_on) + "\n";
  } else if (finished.already_complete) {
    text += "already complete, " + format_size(finished.size);
  } else {
    text += format_size(finished.size);
    if (finished.received > 0 && finished.received < finished.size) {
      text += ", " + format_size(finished.received) + " of it fetched";
    } else if (finished.sent > 0 && finished.sent < finished.size) {
      text += ", " + format_size(finished.sent) + " of it sent";
    }
    text += time_and_speed(finished.received + finished.sent, elapsed);
  }
  return text + proof_text(finished) + "\n";
}

std::string planned_text(const Planned& planned) {
  std::string text = printable(planned.url) + " → " + shown_path(planned.path) + ", ";
  if (planned.not_modified) return text + "not modified: " + printable(planned.rests_on) + "\n";
  text += (planned.size ? format_size(*planned.size) : "size unknown") + "\n";
  const auto line = [&text](const std::string& words) { text += "  " + words + "\n"; };
  line(step_text(planned));
  if (!planned.rests_on.empty()) {
    line(std::string(planned.proof == Proof::None ? "not proven: " : "proof: ") +
         printable(planned.rests_on));
  }
  if (planned.step == PlannedStep::Nothing || planned.step == PlannedStep::Send) return text;
  line(planned.ranges ? "the server sends parts: it can be resumed"
                      : "the server sends all of it or nothing: it cannot be resumed");
  line("validators: " + validators_text(planned));
  if (!planned.addresses.empty()) line("addresses: " + some_of(planned.addresses));
  if (!planned.mirrors.empty()) line("further mirrors: " + some_of(planned.mirrors));
  if (planned.connections > 0) {
    line("connections to begin with: " + std::to_string(planned.connections));
  }
  return text;
}

std::string wait_text(const std::string& url, const std::string& cause, Duration again_in) {
  return printable(url) + ": " + printable(cause) + "; " + again_text(again_in) + "\n";
}

std::string note_text(const std::string& text) { return "note: " + printable(text) + "\n"; }

std::string removed_text(const Removed& removed) {
  return printable(removed.target) + (removed.planned ? ": would be removed\n" : ": removed\n");
}

std::string hook_failures_text(const HookFailures& failures) {
  std::string text;
  for (const std::string& told : failures.told) text += "xget: " + told + "\n";
  if (failures.untold == 0) return text;
  return text + "xget: and " + std::to_string(failures.untold) + " more\n";
}

std::string warning_text(const std::string& text) {
  return "xget: WARNING: " + printable(text) + "\n";
}

std::string metalink_text(const MetalinkRead& read) {
  const std::size_t files = read.files.size();
  return printable(read.name) + ": a Metalink of " + std::to_string(files) +
         (files == 1 ? " file\n" : " files\n");
}

std::string failure_text(const Error& error) {
  std::string text = "xget: " + to_string(error) + "\n";
  if (!error.kept.empty()) text += "kept: " + printable(error.kept) + "\n";
  if (!error.remedy.empty()) text += printable(error.remedy) + "\n";
  return text;
}

std::string failure_text(const Failed& failed) {
  Error error = failed.error;
  // Of a partial file that another process has, nothing is known.
  const bool ours = error.code != ErrorCode::Busy;
  if (error.kept.empty() && ours && can_go_on(failed)) error.kept = "nothing of this run";
  return failure_text(error);
}

std::string go_on_text(const ResumeCommand& command) {
  std::string text = "to go on: " + command.command + "\n";
  if (!command.fill_in.empty()) text += "fill in for …: " + joined(command.fill_in) + "\n";
  if (!command.environment.empty()) {
    text += "it needs in the environment: " + joined(command.environment) + "\n";
  }
  return text;
}

bool can_go_on(const Failed& failed) {
  if (failed.path == "-") return false;  // what was written there is gone
  switch (failed.error.code) {
    case ErrorCode::Network:
    case ErrorCode::Interrupted: return true;
    // What else stands in the way before anything was kept is still there for the same command.
    case ErrorCode::Disk: return !failed.error.kept.empty() || lacks_room(failed.error);
    // Once the server has changed its mind, or the other process is done.
    case ErrorCode::Refused: return !failed.error.kept.empty();
    case ErrorCode::Busy: return true;
    default: return false;
  }
}

}  // namespace xget::cli
