// What -H and -u bring: header lines and a user with a password.
#pragma once

#include <string>
#include <vector>

#include "cli/secret_input.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// Each value is a line, or "@FILE" with lines (empty ones are skipped); "@-" is standard input.
// What a line must look like is the library's to judge. Fails with Usage where a file cannot be
// read.
Result<std::vector<std::string>> read_headers(const std::vector<std::string>& values,
                                              const SecretInput& input);

// "user:password" from "user:password", from "user" and the terminal, or from the first line of
// "@FILE". Fails with Usage.
Result<std::string> read_user(const std::string& value, const SecretInput& input);

}  // namespace xget::cli
