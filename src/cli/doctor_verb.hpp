// `xget doctor URL`: whether a download from there would work, what it would rest on, and what
// could be better.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

// Exit 0 only if a download would work, else the code that it would end with.
ExitCode examine(const CommandLine& line);

}  // namespace xget::cli
