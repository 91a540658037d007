#include "cli/exit_code.hpp"

#include <algorithm>
#include <array>

namespace xget::cli {
namespace {

constexpr std::array<ExitCodeRow, 12> kTable{{
    {ExitCode::Success, "the file is whole, or was already"},
    {ExitCode::Bug, "a bug in xget"},
    {ExitCode::Usage, "the command line, or a file that it names, makes no sense"},
    {ExitCode::Network, "the network or the server failed; the same command goes on"},
    {ExitCode::Refused, "the server refuses for good, or --max-filesize does"},
    {ExitCode::Checksum, "the bytes are not those that a digest names"},
    {ExitCode::Disk, "the disk or standard output failed: no space, no folder, ..."},
    {ExitCode::Changed, "the file changed on the server, and beginning again is no way"},
    {ExitCode::Exists, "the file exists, or another xget is at it"},
    {ExitCode::NotProven, "nothing proves the file (with --strict, and of verify)"},
    {ExitCode::Hook, "every file is whole, but a command of --on-complete failed"},
    {ExitCode::Interrupted, "interrupted; the same command goes on"},
}};

}  // namespace

ExitCode exit_code_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::Usage: return ExitCode::Usage;
    case ErrorCode::Network: return ExitCode::Network;
    case ErrorCode::Refused: return ExitCode::Refused;
    case ErrorCode::Checksum: return ExitCode::Checksum;
    case ErrorCode::Disk: return ExitCode::Disk;
    case ErrorCode::Changed: return ExitCode::Changed;
    case ErrorCode::Exists:
    case ErrorCode::Busy: return ExitCode::Exists;
    case ErrorCode::NotProven: return ExitCode::NotProven;
    case ErrorCode::Interrupted: return ExitCode::Interrupted;
    case ErrorCode::Internal: break;
  }
  return ExitCode::Bug;
}

ExitCode exit_code_of(std::span<const std::optional<ErrorCode>> outcomes) {
  const auto interrupted = [](const auto& outcome) { return outcome == ErrorCode::Interrupted; };
  if (std::any_of(outcomes.begin(), outcomes.end(), interrupted)) return ExitCode::Interrupted;
  const auto failed = [](const auto& outcome) { return outcome.has_value(); };
  const auto first = std::find_if(outcomes.begin(), outcomes.end(), failed);
  return first == outcomes.end() ? ExitCode::Success : exit_code_of(**first);
}

ExitCode exit_code_of(const Result<void>& outcome) {
  return outcome ? ExitCode::Success : exit_code_of(outcome.error().code);
}

ExitCode first_failure(std::initializer_list<ExitCode> codes) {
  const auto* first = std::find_if(codes.begin(), codes.end(),
                                   [](ExitCode code) { return code != ExitCode::Success; });
  return first == codes.end() ? ExitCode::Success : *first;
}

std::span<const ExitCodeRow> exit_code_table() { return kTable; }

}  // namespace xget::cli
