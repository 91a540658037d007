#include "cli/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>

#include "base/descriptor.hpp"
#include "cli/event_text.hpp"

namespace xget::cli {

namespace {

ExitCode unwritten(const std::string& where) {
  return report_failure({.code = ErrorCode::Disk,
                         .operation = "write",
                         .subject = where,
                         .number = errno,
                         .cause = std::generic_category().message(errno)});
}

}  // namespace

ExitCode print_to_standard_output(const std::string& text) {
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? ExitCode::Success : unwritten("standard output");
}

ExitCode print_to_descriptor(int descriptor, const std::string& text) {
  if (descriptor == STDOUT_FILENO) return print_to_standard_output(text);
  for (std::string_view rest = text; !rest.empty();) {
    const auto written =
        uninterrupted([&] { return ::write(descriptor, rest.data(), rest.size()); });
    if (written < 0) return unwritten("file descriptor " + std::to_string(descriptor));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return ExitCode::Success;
}

void print_error(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

ExitCode report_failure(const Error& error) {
  print_error(failure_text(error));
  return exit_code_of(error.code);
}

}  // namespace xget::cli
