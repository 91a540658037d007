#include "cli/terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdlib>
#include <string>

#include "base/text.hpp"

namespace xget::cli {
namespace {

constexpr int kUsualColumns = 80;

}  // namespace

bool can_redraw() {
  if (::isatty(STDERR_FILENO) != 1) return false;
  const char* kind = std::getenv("TERM");
  return kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}

bool output_is_seen() { return ::isatty(STDOUT_FILENO) == 1 && can_redraw(); }

int terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsualColumns;
  return size.ws_col;
}

bool is_in_foreground() {
  const pid_t foreground = ::tcgetpgrp(STDERR_FILENO);
  return foreground < 0 || foreground == ::getpgrp();
}

void use_utf8_characters() {
  std::setlocale(LC_CTYPE, "");
  if (equals_ignoring_case(::nl_langinfo(CODESET), "UTF-8")) return;
  std::setlocale(LC_CTYPE, "C.UTF-8");
}

void print_error(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void print_on_fresh_line(std::string_view text) {
  // A line's worth of spaces wraps only if the line was not empty; nobody can ask the terminal.
  const std::string spaces(static_cast<std::size_t>(terminal_columns()), ' ');
  print_error(spaces + "\r\x1b[K" + std::string(text));
}

}  // namespace xget::cli
