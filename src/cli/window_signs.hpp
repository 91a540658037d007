// Progress outside the text: in the window's title and in the taskbar, as what is to be written to
// the terminal. Pure.
// Threads: one shows and clears; leave() may be called from any other meanwhile.
#pragma once

#include <atomic>
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
  // The same for who leaves at once, whatever the other thread is at: nothing is shown after it.
  std::string leave();

 private:
  std::string take_back();

  TerminalFeatures features_;
  std::string title_;    // as it was set; empty: not yet
  std::string taskbar_;  // likewise
  // What the terminal shows that is not its own.
  std::atomic<bool> has_title_ = false;
  std::atomic<bool> has_taskbar_ = false;
  std::atomic<bool> left_ = false;
};

}  // namespace xget::cli
