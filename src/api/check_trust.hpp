// What --cacert, --cert, --key and --pinnedpubkey say, checked before any request: to find out at
// the first TLS connection that a file is missing is too late, and libcurl's words do not help.
#pragma once

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget::api {

// Reads the files named. Usage; Error::subject is the option as the command calls it.
Result<void> check_trust(const Options& options);

}  // namespace xget::api
