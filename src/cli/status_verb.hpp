// `xget status`: the partial downloads in a folder, and the command that goes on with each.
#pragma once

#include <string>

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "xget/partial.hpp"

namespace xget::cli {

// For a shell; empty where nothing tells the URL. `checkpoint_folder` as it was given.
std::string command_that_goes_on(const PartialSummary& partial, const std::string& program,
                                 const std::string& checkpoint_folder);

// Whole lines, safe to print. `command` is the one that goes on.
std::string status_text(const PartialSummary& partial, const std::string& command);
std::string status_json(const PartialSummary& partial, const std::string& command);

ExitCode show_status(const CommandLine& line);

}  // namespace xget::cli
