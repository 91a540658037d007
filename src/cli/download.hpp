// The download command: what `xget [OPTION...] URL...` does, and the running of jobs that it has in
// common with the verbs that move files.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"
#include "cli/given.hpp"
#include "cli/interpret.hpp"

namespace xget::cli {

ExitCode download(const CommandLine& line);

// Adds the jobs, tells what becomes of them, and waits for their ends.
ExitCode run_jobs(const CommandLine& line, const Given& given, Arguments arguments);

void warn_of_insecurity(const Options& options);

}  // namespace xget::cli
