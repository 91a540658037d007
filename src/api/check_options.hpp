// Options that make no sense, or name files that cannot be used, are refused before anything
// starts.
#pragma once

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

inline constexpr int kMostConnections = 256;  // of one file, to all its mirrors

// Usage; Error::subject names the option as the command calls it.
Result<void> check_options(const Options& options);

}  // namespace xget::api
