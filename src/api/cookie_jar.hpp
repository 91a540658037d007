// The file that cookies are kept in from one run to the next.
#pragma once

#include <string>

#include "xget/error.hpp"

namespace xget::api {

// Whether it is there. Fails with Usage where it could not be written later: its folder is missing
// or closed, or something else than a regular file has its name (a symbolic link would be replaced,
// not written through).
Result<bool> check_cookie_jar(const std::string& path);

// Replaces it in one step, readable for its owner alone whatever it was before. Fails with Disk,
// and then leaves it as it was.
Result<void> write_cookie_jar(const std::string& path, const std::string& text);

}  // namespace xget::api
