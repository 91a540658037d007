// The terminal that standard error may be.
#pragma once

#include <string_view>

#include "cli/progress_rows.hpp"
#include "cli/terminal_features.hpp"

namespace xget::cli {

// Standard error is a terminal that can redraw a line.
bool can_redraw();

// NO_COLOR is set, and not empty.
bool wants_no_color();

// Standard output goes to a terminal, and standard error to one that can redraw a line.
bool output_is_seen();

// Of the terminal as it is now: it may be resized at any time. The usual size where there is none.
ScreenSize terminal_size();

// What it can do beyond text.
TerminalFeatures own_terminal_features();

// A job in the background does not redraw over the shell's line.
bool is_in_foreground();

// Lets wcwidth() know about more than ASCII, in whatever locale the user is. Whether his is a UTF-8
// one.
bool use_utf8_characters();

// Prints it to standard error, where standard output may have left a line without its end. For a
// terminal that can redraw a line.
void print_on_fresh_line(std::string_view text);

}  // namespace xget::cli
