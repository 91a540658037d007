// Small files that carry something from one run to the next: cookies, an ETag.
#pragma once

#include <string>

#include "xget/error.hpp"

namespace xget::api {

// Whether it is there. Fails with Usage, on behalf of `option`, where it could not be written
// later: its folder is missing or closed, or something else than a regular file has its name (a
// symbolic link would be replaced, not written through).
Result<bool> check_kept_file(const std::string& option, const std::string& path);

enum class Readers { Owner, AsUmaskSays };

// Replaces it in one step; for `readers`, whoever could read it before. Fails with Disk, and then
// leaves it as it was; `operation` is what failed, in words.
Result<void> write_kept_file(const std::string& operation, const std::string& path,
                             const std::string& text, Readers readers);

}  // namespace xget::api
