// `xget sync`: one side becomes as the other is.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

ExitCode synchronise(const CommandLine& line);

}  // namespace xget::cli
