// The file of --etag: the ETag of the version that was fetched last, on a line, as the server's
// header has it (curl's --etag-save writes the same).
#pragma once

#include <string>

#include "xget/error.hpp"

namespace xget::api {

// What it holds; empty: it is not there, or is empty. Fails with Usage where it holds anything else
// than one ETag, cannot be read, or could not be written later.
Result<std::string> read_etag_file(const std::string& path);

// Empty: the version has none. Fails with Disk, and then leaves it as it was.
Result<void> write_etag_file(const std::string& path, const std::string& etag);

}  // namespace xget::api
