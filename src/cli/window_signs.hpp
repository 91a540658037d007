// Progress outside the text: in the window's title and in the taskbar, as what is to be written to
// the terminal. Pure.
#pragma once

#include <string>

#include "cli/progress_line.hpp"
#include "cli/terminal_features.hpp"

namespace xget::cli {

class WindowSigns {
 public:
  explicit WindowSigns(const TerminalFeatures& features) : features_(features) {}

  // Empty where nothing is new.
  std::string show(const LineState& state);
  // As it was before.
  std::string clear();

 private:
  TerminalFeatures features_;
  std::string title_;    // as it was set; empty: not yet
  std::string taskbar_;  // likewise
};

}  // namespace xget::cli
