// The download command: what `xget [OPTION...] URL...` does.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/exit_code.hpp"

namespace xget::cli {

struct CommandLine {
  std::string program;             // argv[0], as it was typed
  std::vector<std::string> words;  // the rest
  std::span<char* const> argv;     // main's own, in which secrets are written over
};

ExitCode download(const CommandLine& line);

}  // namespace xget::cli
