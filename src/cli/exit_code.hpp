// The command's exit codes.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "xget/error.hpp"

namespace xget::cli {

enum class ExitCode : int {
  Success = 0,
  Bug = 1,
  Usage = 2,
  Network = 3,
  Refused = 4,
  Checksum = 5,
  Disk = 6,
  Changed = 7,
  Exists = 8,
  NotProven = 9,
  Hook = 10,
  Interrupted = 130,  // 128 + SIGINT, as shells have it
};

ExitCode exit_code_of(ErrorCode code);

// Of several jobs in the order of their URLs; nullopt: that one succeeded. The first failure, but
// an interrupted run says so.
ExitCode exit_code_of(std::span<const std::optional<ErrorCode>> outcomes);

// Of a step.
ExitCode exit_code_of(const Result<void>& outcome);
// Of what was done in this order; Success: nothing failed.
ExitCode first_failure(std::initializer_list<ExitCode> codes);

struct ExitCodeRow {
  ExitCode code;
  const char* meaning;
};
// For the help, in order.
std::span<const ExitCodeRow> exit_code_table();

}  // namespace xget::cli
