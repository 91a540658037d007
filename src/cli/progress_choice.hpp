// How progress is shown, by what the user wants and where it goes. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace xget::cli {

enum class ProgressChoice { Auto, Bar, Plain, None };

// nullopt: none of auto, bar, plain, none.
std::optional<ProgressChoice> parse_progress_choice(std::string_view text);

enum class ProgressKind {
  Bar,    // rows that are redrawn, for a terminal
  Plain,  // a line at the start, at the end, and rarely between
  None,   // the line at the end alone
};

struct ProgressSurroundings {
  bool redraws = false;     // it goes to a terminal that can
  bool no_color = false;    // NO_COLOR: nothing but plain text is wanted
  bool others_too = false;  // a log, or the download itself, goes to the same terminal
};

ProgressKind progress_kind(ProgressChoice choice, const ProgressSurroundings& surroundings);

}  // namespace xget::cli
