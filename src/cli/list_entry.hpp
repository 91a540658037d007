// A job as an entry of a list (xget/input_file.hpp), a JSON object on one line. Pure.
#pragma once

#include <string>

#include "xget/options.hpp"

namespace xget::cli {

// `common` is what all of the list's jobs have (their headers begin with its own): of that, headers
// and login are not repeated, nor what a list cannot say. Deterministic: the same job has the same
// entry.
std::string list_entry(const JobSpec& job, const JobSpec& common);

}  // namespace xget::cli
