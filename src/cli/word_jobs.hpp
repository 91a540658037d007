// One job for each URL and each Metalink.
#pragma once

#include <vector>

#include "cli/given.hpp"
#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::cli {

// `common` is what all jobs share. Files and checksums go with the URLs in order, then with the
// Metalinks that options name. None at all where a list is given. Fails with Usage
// if their numbers differ, or if two jobs would use one name.
Result<std::vector<JobSpec>> jobs_of_words(const Given& given, const JobSpec& common);

}  // namespace xget::cli
