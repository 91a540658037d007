// `xget mb` and `xget rb`: buckets are made and removed.
#pragma once

#include "cli/command_line.hpp"
#include "cli/exit_code.hpp"

namespace xget::cli {

ExitCode make_buckets(const CommandLine& line);
ExitCode remove_buckets(const CommandLine& line);

}  // namespace xget::cli
