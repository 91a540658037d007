// `xget clean`: what unfinished downloads left on the disk; removed where the user says so.
#pragma once

#include <string>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "xget/leftover.hpp"

namespace xget::cli {

enum class Cleaned { WouldRemove, Removed, Kept };

// A line, safe to print; empty where there is nothing to tell.
std::string leftover_text(const Leftover& leftover, Cleaned state);
std::string leftover_json(const Leftover& leftover, Cleaned state);

ExitCode clean(const CommandLine& line);

}  // namespace xget::cli
