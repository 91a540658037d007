#include "cli/terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <string>

#include "base/text.hpp"
#include "cli/output.hpp"

namespace xget::cli {
namespace {

// Set, and not empty.
bool has_variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

}  // namespace

bool can_redraw() {
  if (::isatty(STDERR_FILENO) != 1) return false;
  return has_variable("TERM") && std::string_view(std::getenv("TERM")) != "dumb";
}

bool wants_no_color() { return has_variable("NO_COLOR"); }

bool output_is_seen() { return ::isatty(STDOUT_FILENO) == 1 && can_redraw(); }

ScreenSize terminal_size() {
  ScreenSize screen;
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0) return screen;
  if (size.ws_col > 0) screen.columns = size.ws_col;
  if (size.ws_row > 0) screen.lines = size.ws_row;
  return screen;
}

TerminalFeatures own_terminal_features() {
  return terminal_features([](const char* name) -> std::string {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
  });
}

bool is_in_foreground() {
  const pid_t foreground = ::tcgetpgrp(STDERR_FILENO);
  return foreground < 0 || foreground == ::getpgrp();
}

bool use_utf8_characters() {
  std::setlocale(LC_CTYPE, "");
  if (equals_ignoring_case(::nl_langinfo(CODESET), "UTF-8")) return true;
  std::setlocale(LC_CTYPE, "C.UTF-8");
  return false;
}

void print_on_fresh_line(std::string_view text) {
  // A line's worth of spaces wraps only if the line was not empty; nobody can ask the terminal.
  const std::string spaces(static_cast<std::size_t>(terminal_size().columns), ' ');
  print_error(spaces + "\r\x1b[K" + std::string(text));
}

}  // namespace xget::cli
