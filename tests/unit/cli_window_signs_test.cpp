#include <catch2/catch.hpp>
#include <map>

#include "cli/window_signs.hpp"

using namespace xget::cli;

namespace {

using Variables = std::map<std::string, std::string>;

TerminalFeatures features_in(const Variables& variables) {
  return terminal_features([&variables](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? "" : found->second;
  });
}

}  // namespace

TEST_CASE("a terminal that nobody knows gets nothing but text") {
  const TerminalFeatures unknown = features_in({{"TERM", "xterm-256color"}});
  CHECK_FALSE(unknown.title);
  CHECK_FALSE(unknown.taskbar);
  CHECK(unknown.reflows);
}

TEST_CASE("a title is set where it can be put back") {
  CHECK(features_in({{"XTERM_VERSION", "XTerm(379)"}}).title);
  CHECK(features_in({{"VTE_VERSION", "7006"}}).title);
  CHECK(features_in({{"KITTY_WINDOW_ID", "1"}}).title);
  CHECK(features_in({{"TERM", "foot"}}).title);
  CHECK(features_in({{"TMUX", "/tmp/socket,1,0"}}).title);
}

TEST_CASE("the taskbar is told where OSC 9;4 is known to be progress") {
  CHECK(features_in({{"WT_SESSION", "1"}}).taskbar);
  CHECK(features_in({{"ConEmuANSI", "ON"}}).taskbar);
  CHECK(features_in({{"TERM_PROGRAM", "ghostty"}}).taskbar);
  CHECK(features_in({{"TERM_PROGRAM", "WezTerm"}}).taskbar);
  CHECK(features_in({{"VTE_VERSION", "8000"}}).taskbar);
  CHECK_FALSE(features_in({{"VTE_VERSION", "7006"}}).taskbar);
  CHECK_FALSE(features_in({{"KITTY_WINDOW_ID", "1"}}).taskbar);
  CHECK(features_in(
            {{"TERM_PROGRAM", "iTerm.app"}, {"TERM_FEATURES", "T3LrMSc7UUw9Ts3BFGsSyHNoSxFP"}})
            .taskbar);
  CHECK_FALSE(features_in({{"TERM_PROGRAM", "iTerm.app"}}).taskbar);
}

TEST_CASE("what stands between counts, and not the terminal around it") {
  const TerminalFeatures tmux =
      features_in({{"TMUX", "x"}, {"WT_SESSION", "1"}, {"XTERM_VERSION", "x"}});
  CHECK_FALSE(tmux.taskbar);
  CHECK(tmux.reflows);
  const TerminalFeatures screen = features_in({{"STY", "x"}, {"VTE_VERSION", "8000"}});
  CHECK_FALSE(screen.taskbar);
  CHECK_FALSE(screen.title);
  CHECK_FALSE(screen.reflows);
  CHECK_FALSE(features_in({{"XTERM_VERSION", "x"}}).reflows);
  CHECK_FALSE(features_in({{"TERM", "linux"}}).reflows);
}

TEST_CASE("signs are written when they change, and taken back") {
  WindowSigns signs({.title = true, .taskbar = true});
  LineState state{.name = "f.iso", .held = 37, .size = 100};
  CHECK(signs.show(state) == "\x1b[22;2t\x1b]2;37% f.iso - xget\x07\x1b]9;4;1;37\x07");
  CHECK(signs.show(state).empty());
  state.held = 38;
  CHECK(signs.show(state) == "\x1b]2;38% f.iso - xget\x07\x1b]9;4;1;38\x07");
  state.size.reset();
  CHECK(signs.show(state) == "\x1b]2;f.iso - xget\x07\x1b]9;4;3;0\x07");
  CHECK(signs.clear() == "\x1b[23;2t\x1b]9;4;0;0\x07");
  CHECK(signs.clear().empty());
}

TEST_CASE("whoever leaves at once takes the signs back, and nothing is shown after that") {
  WindowSigns signs({.title = true, .taskbar = true});
  CHECK(signs.leave().empty());
  WindowSigns shown({.title = true, .taskbar = true});
  CHECK_FALSE(shown.show({.name = "f", .held = 1, .size = 2}).empty());
  CHECK(shown.leave() == "\x1b[23;2t\x1b]9;4;0;0\x07");
  CHECK(shown.show({.name = "f", .held = 2, .size = 2}).empty());
  CHECK(shown.clear().empty());
}

TEST_CASE("a terminal that knows no signs gets none") {
  WindowSigns signs(TerminalFeatures{});
  CHECK(signs.show({.name = "f", .held = 1, .size = 2}).empty());
  CHECK(signs.clear().empty());
}
