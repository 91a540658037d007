// `xget presign`: URLs by which anybody can fetch or send objects for a while.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

ExitCode presign_objects(const CommandLine& line);

}  // namespace xget::cli
