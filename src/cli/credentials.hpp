// What -H and -u bring: header lines and a user with a password.
#pragma once

#include <string>
#include <vector>

#include "cli/secret_input.hpp"
#include "xget/error.hpp"

namespace xget::cli {

// Each value is "Name: value" or "@FILE" with such lines (empty ones are skipped). Headers that
// xget itself must have the say over are refused. Fails with Usage; no value is ever in the error.
Result<std::vector<std::string>> read_headers(const std::vector<std::string>& values,
                                              const SecretInput& input);

// "user:password" from "user:password", from "user" and the terminal, or from the first line of
// "@FILE". Fails with Usage.
Result<std::string> read_user(const std::string& value, const SecretInput& input);

}  // namespace xget::cli
