// What a caller's rules say of paths, as the filter that they are matched by.
// Thread: any; pure.
#pragma once

#include <vector>

#include "remote/glob_filter.hpp"
#include "xget/error.hpp"
#include "xget/tree_copy.hpp"

namespace xget::api {

// Fails with Usage, by the first rule that is none.
Result<remote::GlobFilter> filter_of(const std::vector<PathRule>& rules);

}  // namespace xget::api
