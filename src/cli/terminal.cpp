#include "cli/terminal.hpp"

#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdlib>

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

}  // namespace xget::cli
