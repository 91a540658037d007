#include "cli/output.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/report.hpp"
#include "cli/terminal.hpp"

namespace xget::cli {

ExitCode print_to_standard_output(const std::string& text) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (written) return ExitCode::Success;
  return report_failure({.code = ErrorCode::Disk,
                         .operation = "write",
                         .subject = "standard output",
                         .number = errno,
                         .cause = std::generic_category().message(errno)});
}

ExitCode report_failure(const Error& error) {
  print_error(failure_text(error));
  return exit_code_of(error.code);
}

}  // namespace xget::cli
