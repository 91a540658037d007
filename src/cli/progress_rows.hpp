// The rows that a terminal shows of running downloads, a row a file and one for all of them
// together, as a terminal of that size has room for. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/progress_bar.hpp"
#include "cli/progress_line.hpp"

namespace xget::cli {

struct ScreenSize {
  int columns = 80;
  int lines = 24;
};

struct RowStyle {
  BarStyle bar = BarStyle::Blocks;
  int name_width = 0;  // columns that names would like to have, if there is room
};

// From top to bottom, without line ends. None reaches the last columns, and one line of the screen
// stays free. All have the same columns, so they depend
// on the size of the screen alone and on whether any size is known. What matters least goes first
// where it gets narrow; files for which there is no row are counted in one. No `total`: no row for
// it.
std::vector<std::string> progress_rows(const std::vector<LineState>& files,
                                       const std::optional<LineState>& total, ScreenSize screen,
                                       const RowStyle& style);

}  // namespace xget::cli
