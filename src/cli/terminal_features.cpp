#include "cli/terminal_features.hpp"

#include "base/units.hpp"

namespace xget::cli {
namespace {

constexpr std::uint64_t kFirstVteWithTaskbar = 8000;  // 0.80

using Variable = std::function<std::string(const char*)>;

bool has(const Variable& variable, const char* name) { return !variable(name).empty(); }

bool keeps_titles(const Variable& variable) {
  const std::string kind = variable("TERM");
  return has(variable, "XTERM_VERSION") || has(variable, "VTE_VERSION") ||
         has(variable, "KITTY_WINDOW_ID") || kind.starts_with("foot") ||
         kind.starts_with("alacritty");
}

bool shows_taskbar(const Variable& variable) {
  const std::string program = variable("TERM_PROGRAM");
  const auto vte = parse_u64(variable("VTE_VERSION"));
  // iTerm lists what it can do: P is this.
  const bool iterm =
      program == "iTerm.app" && variable("TERM_FEATURES").find('P') != std::string::npos;
  return has(variable, "WT_SESSION") || variable("ConEmuANSI") == "ON" || program == "ghostty" ||
         program == "WezTerm" || iterm || (vte && *vte >= kFirstVteWithTaskbar);
}

}  // namespace

TerminalFeatures terminal_features(const Variable& variable) {
  if (has(variable, "TMUX")) return {.title = true};
  if (has(variable, "STY")) return {.reflows = false};  // GNU screen
  const bool wraps = !has(variable, "XTERM_VERSION") && variable("TERM") != "linux";
  return {.reflows = wraps, .title = keeps_titles(variable), .taskbar = shows_taskbar(variable)};
}

}  // namespace xget::cli
