#include "cli/display_width.hpp"

#include <cwchar>

#include "base/utf8.hpp"

namespace xget::cli {
namespace {

// Characters that the locale does not know are taken for narrow ones.
int width_of(char32_t code) {
  const int width = ::wcwidth(static_cast<wchar_t>(code));
  return width < 0 ? 1 : width;
}

// The longest start of `text` that fits.
std::string_view start_that_fits(std::string_view text, int columns) {
  std::size_t end = 0;
  while (end < text.size()) {
    const Utf8Char next = first_utf8(text.substr(end));
    columns -= width_of(next.code);
    if (columns < 0) break;
    end += next.length;
  }
  return text.substr(0, end);
}

// The longest end of `text` that fits and begins with a character of its own.
std::string_view end_that_fits(std::string_view text, int columns) {
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    if (display_width(text) <= columns && width_of(next.code) > 0) break;
    text.remove_prefix(next.length);
  }
  return text;
}

}  // namespace

int display_width(std::string_view text) {
  int width = 0;
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    width += width_of(next.code);
    text.remove_prefix(next.length);
  }
  return width;
}

std::string shortened(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns < 1) return "";
  const int kept = columns - 1;
  std::string cut(start_that_fits(text, kept - kept / 2));
  cut += "…";
  cut += end_that_fits(text, kept / 2);
  return cut;
}

std::string begun(std::string_view text, int columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns < 1) return "";
  std::string_view start = start_that_fits(text, columns - 1);
  // A word that is longer than half of the row is cut all the same.
  const std::size_t end = start.find_last_of(' ');
  if (end != std::string_view::npos && end > start.size() / 2) start = start.substr(0, end);
  return std::string(start.substr(0, start.find_last_not_of(" ,;:") + 1)) + "…";
}

}  // namespace xget::cli
