// The download command: what `xget [OPTION...] URL...` does.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

ExitCode download(const CommandLine& line);

}  // namespace xget::cli
