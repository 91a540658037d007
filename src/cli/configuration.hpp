// What is in force: the command line over the environment over the configuration file.
// Thread: any; reads the file.
#pragma once

#include <string>
#include <vector>

#include "cli/environment.hpp"
#include "cli/given.hpp"
#include "xget/error.hpp"

namespace xget::cli {

struct Configuration {
  Given given;
  std::string file;                   // that was read; empty: none
  std::vector<std::string> warnings;  // lines for the user
};

// The file is --config's, or else $XDG_CONFIG_HOME/xget/config.toml (in ~/.config where that is not
// set), which need not be there. Each option counts as its latest place has it; those that add up
// keep what earlier places have. Fails with Usage; the subject is the place.
Result<Configuration> configure(Given command_line, Environment environment);

}  // namespace xget::cli
