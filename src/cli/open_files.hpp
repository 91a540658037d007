// As many files as the downloads need must be open at a time.
#pragma once

#include <cstddef>

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::cli {

// How many that are, connections among them; a little more than ever was seen.
std::size_t open_files_needed(const Options& options, std::size_t jobs);

// Raises this process's limit as far as it may. Fails with Usage where that is not enough.
Result<void> allow_open_files(std::size_t needed);

}  // namespace xget::cli
