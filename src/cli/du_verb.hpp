// `xget du`: how much a bucket holds.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

ExitCode show_usage(const CommandLine& line);

}  // namespace xget::cli
