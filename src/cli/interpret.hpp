// From the words that were given to what is to be done.
#pragma once

#include <string>
#include <vector>

#include "cli/given.hpp"
#include "cli/secret_input.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::cli {

struct Arguments {
  Options options;
  std::vector<JobSpec> jobs;  // in the order of the URLs, at least one
  bool quiet = false;
  int verbosity = 0;     // how often -v was given
  std::string log_file;  // empty: standard error
};

// Reads values, pairs files and checksums with URLs, and refuses what contradicts itself. Fails
// with Usage, before anything is asked of the network.
Result<Arguments> interpret(const Given& given, const SecretInput& input);

}  // namespace xget::cli
