// What terminals can do beyond text, as far as it is known to work. Pure.
#pragma once

#include <functional>
#include <string>

namespace xget::cli {

struct TerminalFeatures {
  bool reflows = true;   // it wraps the lines that stand there when it gets narrower
  bool title = false;    // a window title that can be set, and put back
  bool taskbar = false;  // progress by OSC 9;4, which others take for a notification
};

// `variable` gives an environment variable, empty where there is none. What a program inside the
// terminal (tmux, screen) passes on is what counts.
TerminalFeatures terminal_features(const std::function<std::string(const char*)>& variable);

}  // namespace xget::cli
