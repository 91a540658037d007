// Options in the environment: XGET_LIMIT_RATE=2M is --limit-rate 2M.
// Thread: any; pure but for own_environment.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/given_layer.hpp"
#include "xget/error.hpp"

namespace xget::cli {

using Environment = std::span<const std::string>;  // "NAME=VALUE" each

// This process's.
std::vector<std::string> own_environment();

// nullptr: not set, or empty.
const char* variable_in(Environment environment, std::string_view name);

// $XDG_STATE_HOME/xget, or what stands for it in $HOME. Empty: there is no place for one.
std::string state_folder(Environment environment);

// A flag is 1, true, yes or on, or else 0, false, no or off; of what can be repeated each line is
// one; an empty variable is as good as none. --help and --version are for the command line alone.
// Other programs' variables may begin with XGET_ too: one without a meaning here is only refused
// where it is a mistyped option. Fails with Usage; the subject is the variable.
Result<GivenLayer> read_environment(Environment environment);

}  // namespace xget::cli
