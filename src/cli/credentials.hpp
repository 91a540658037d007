// What -H and -u bring: header lines and a user with a password.
#pragma once

#include <string>
#include <vector>

#include "cli/given.hpp"
#include "cli/secret_input.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// Each --header is a line, or "@FILE" with lines (empty ones are skipped); "@-" is standard input.
// One of a later place goes before those of its name of an earlier place. Fails with Usage where a
// file cannot be read or a line cannot be sent; of the command line's own lines the library judges.
Result<std::vector<std::string>> read_headers(const Given& given, const SecretInput& input);

// "user:password" from --user's "user:password", from "user" and the terminal, from the first line
// of "@FILE" or of what --user-command prints. Empty: neither is given. Fails with Usage.
Result<std::string> read_user(const Given& given, const SecretInput& input);

}  // namespace xget::cli
