// What can never become a download's file is refused before any request. The store judges again
// when it opens the target: this is for clear words, not for safety.
#pragma once

#include <string>

#include "xget/error.hpp"

namespace xget::api {

// Usage where a folder, a link, a pipe or a device has that name.
Result<void> check_target(const std::string& path);

}  // namespace xget::api
