// `xget config`: what is in force, and where each value comes from.
#pragma once

#include <string>

#include "cli/command_line.hpp"
#include "cli/configuration.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

// As a configuration file reads, defaults too, with the place of each value behind it and "…" for
// secrets.
std::string shown_config(const Configuration& configuration);

// The words after the verb are options, which are then in force as well.
ExitCode show_config(const CommandLine& line);

}  // namespace xget::cli
