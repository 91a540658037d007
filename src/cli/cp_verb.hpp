// `xget cp`: files to objects of a store, and objects and URLs to files.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

ExitCode copy(const CommandLine& line);

}  // namespace xget::cli
