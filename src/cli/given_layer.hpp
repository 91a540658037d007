// What one place besides the command line has: a configuration file, or the environment.
#pragma once

#include <vector>

#include "cli/given.hpp"

namespace xget::cli {

struct GivenLayer {
  std::vector<GivenOption> options;
  std::vector<OptionId> off;  // flags that are told to be off, whatever earlier layers have
  std::vector<GivenHost> hosts;
};

}  // namespace xget::cli
