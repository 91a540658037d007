// Where secrets come from that stay out of the process list: files, the terminal and other
// programs.
#pragma once

#include <functional>
#include <string>

#include "xget/error.hpp"

namespace xget::cli {

// Replaced in tests. All fail with Usage, asking also with Interrupted.
struct SecretInput {
  // The whole file, at most kMaxSecretFile bytes; "-" is standard input.
  std::function<Result<std::string>(const std::string& path)> read_file;
  // Asks on the controlling terminal, without echo.
  std::function<Result<std::string>(const std::string& user)> ask_password;
  // What the command prints. No shell runs it; it has a minute.
  std::function<Result<std::string>(const std::string& command)> run;
};

inline constexpr std::size_t kMaxSecretFile = 64 * 1024;

SecretInput real_secret_input();

}  // namespace xget::cli
