// Options that make no sense, or name files that cannot be used, are refused before anything
// starts.
#pragma once

#include <string>

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

// Of one job, or to one host; and what is wrong with another number.
bool is_connection_count(int connections);
std::string no_connection_count();

// Usage; Error::subject names the option as the command calls it.
Result<void> check_options(const Options& options);

}  // namespace xget::api
