#include "cli/progress_choice.hpp"

namespace xget::cli {

std::optional<ProgressChoice> parse_progress_choice(std::string_view text) {
  if (text == "auto") return ProgressChoice::Auto;
  if (text == "bar") return ProgressChoice::Bar;
  if (text == "plain") return ProgressChoice::Plain;
  if (text == "none") return ProgressChoice::None;
  return std::nullopt;
}

ProgressKind progress_kind(ProgressChoice choice, const ProgressSurroundings& surroundings) {
  if (choice == ProgressChoice::None) return ProgressKind::None;
  // What others write would be drawn over, and would tear the rows.
  if (choice == ProgressChoice::Plain || surroundings.others_too) return ProgressKind::Plain;
  if (choice == ProgressChoice::Bar) return ProgressKind::Bar;
  const bool redrawn = surroundings.redraws && !surroundings.no_color;
  return redrawn ? ProgressKind::Bar : ProgressKind::Plain;
}

}  // namespace xget::cli
