#include "cli/redrawn_rows.hpp"

#include <algorithm>

#include "cli/display_width.hpp"

namespace xget::cli {
namespace {

constexpr std::string_view kClearRest = "\x1b[K";   // of the line
constexpr std::string_view kClearBelow = "\x1b[J";  // from here to the end of the screen
constexpr std::string_view kNoWrap = "\x1b[?7l";    // what reaches the last column stays there
constexpr std::string_view kWrap = "\x1b[?7h";

std::string to_first_of(int lines) {
  return lines > 1 ? "\r\x1b[" + std::to_string(lines - 1) + "A" : "\r";
}

// Line by line: to clear a whole screen at once is for some terminals to scroll it away.
std::string cleared(int lines) {
  std::string text(kClearRest);
  if (lines > 1) text.append("\n").append(kClearBelow).append("\x1b[1A");
  return text;
}

}  // namespace

// In one piece, and without clearing what is drawn over: nothing flickers. A row takes one line
// even if the terminal has become narrower and nobody knows yet (tmux may tell a quarter of a
// second later): so the next drawing, which does, finds the first row as many lines above as it
// thinks, whether that one was wrapped then or drawn over meanwhile.
std::string RedrawnRows::draw(std::string_view above, const std::vector<std::string>& rows,
                              int columns) {
  std::string text;
  const int lines = lines_taken(columns);
  text += to_first_of(lines);
  if (shown() && (!above.empty() || rows.empty())) text += cleared(lines);
  text += above;
  widths_.clear();
  if (rows.empty()) return text;
  text += kNoWrap;
  for (const std::string& row : rows) {
    if (!widths_.empty()) text.append(kClearRest).append("\n");
    text += row;
    widths_.push_back(display_width(row));
  }
  return text.append(kClearBelow).append(kWrap);
}

int RedrawnRows::lines_taken(int columns) const {
  int lines = 0;
  for (const int width : widths_) {
    lines += reflows_ ? std::max(1, (width + columns - 1) / std::max(columns, 1)) : 1;
  }
  return lines;
}

}  // namespace xget::cli
