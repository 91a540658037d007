// `xget rm`: objects are deleted.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

ExitCode remove_objects(const CommandLine& line);

}  // namespace xget::cli
