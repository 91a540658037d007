#include <catch2/catch.hpp>

#include "cli/display_width.hpp"
#include "cli/progress_choice.hpp"
#include "cli/progress_rows.hpp"
#include "cli/redrawn_rows.hpp"
#include "cli/terminal.hpp"

using namespace xget::cli;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiB = 1U << 20;

LineState half_way() {
  LineState state{.name = "linux-6.12.tar.xz",
                  .held = 70 * kMiB,
                  .size = 140 * kMiB,
                  .bytes_per_second = 7 * kMiB,
                  .connections = 4,
                  .stalled_seconds = 0.2,
                  .left = 10s};
  state.parts.assign(64, 0);
  std::fill_n(state.parts.begin(), 16, 255);
  std::fill_n(state.parts.begin() + 40, 16, 255);
  return state;
}

LineState unknown_size() {
  LineState state = half_way();
  state.size.reset();
  state.left.reset();
  state.parts.clear();
  return state;
}

std::string row(const LineState& state, int columns) {
  use_utf8_characters();
  const auto rows = progress_rows({state}, std::nullopt, {.columns = columns},
                                  {.name_width = display_width(state.name)});
  REQUIRE(rows.size() == 1);
  return rows[0];
}

}  // namespace

TEST_CASE("a bar shows which parts are there") {
  const std::vector<std::uint8_t> parts{255, 0, 100, 200};
  CHECK(progress_bar(parts, 4, BarStyle::Blocks) == "█░▒▓");
  CHECK(progress_bar(parts, 4, BarStyle::Ascii) == "#.-=");
  CHECK(progress_bar(parts, 2, BarStyle::Ascii) == "==");
  CHECK(progress_bar(parts, 8, BarStyle::Ascii) == "##..--==");
  CHECK(progress_bar(parts, 3, BarStyle::Ascii) == "=-=");
  CHECK(progress_bar(parts, 0, BarStyle::Ascii).empty());
}

TEST_CASE("a bar is full or empty where nothing is missing or there, and nowhere else") {
  std::vector<std::uint8_t> parts(64, 255);
  CHECK(progress_bar(parts, 10, BarStyle::Ascii) == "##########");
  parts[63] = 254;
  CHECK(progress_bar(parts, 10, BarStyle::Ascii) == "#########=");
  std::fill(parts.begin(), parts.end(), std::uint8_t{0});
  CHECK(progress_bar(parts, 10, BarStyle::Ascii) == "..........");
  parts[0] = 1;
  CHECK(progress_bar(parts, 10, BarStyle::Ascii) == "-.........");
}

TEST_CASE("a wide terminal shows everything in a row") {
  const std::string wide = row(half_way(), 150);
  CHECK(wide.starts_with("linux-6.12.tar.xz  █████"));
  CHECK(wide.ends_with("░   50%  70.0 MiB of 140.0 MiB         7.0 MiB/s    4 conn  10s left"));
  CHECK(display_width(row(half_way(), 200)) <= 197);
}

TEST_CASE("what matters least goes first where a row gets narrow") {
  CHECK(row(half_way(), 80) ==
        "linux-6.12.tar.xz  ███▓░░░░░▓███▒░   50%      7.0 MiB/s    4 conn  10s left");
  CHECK(row(half_way(), 60) == "linux-…ar.xz  ██▓░░░▓█▓░   50%      7.0 MiB/s  10s left");
  CHECK(row(half_way(), 40) == "linu….xz  █▓░▒█▒   50%      7.0 MiB/s");
  CHECK(row(half_way(), 20) == "linux…ar.xz   50%");
}

TEST_CASE("no row reaches the last column, and none is wider than another of its kind") {
  use_utf8_characters();
  std::vector<LineState> states{half_way(), unknown_size(), half_way(), half_way()};
  states[2].stalled_seconds = 3700;
  states[3].again_in = 4s;
  states[3].cause = "日本語のとても長い原因" + std::string(300, 'x');
  LineState total = half_way();
  total.name = "123456 of 1000000 complete";
  total.parts.clear();
  for (const char* name : {"x", "linux-6.12.tar.xz", "日本語のとても長いファイル名前.iso",
                           "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301.iso"}) {
    for (LineState& state : states) state.name = name;
    for (int columns = 1; columns <= 220; ++columns) {
      for (const auto& row : progress_rows(states, total, {.columns = columns},
                                           {.name_width = display_width(name)})) {
        INFO(row << " in " << columns);
        CHECK(display_width(row) <= std::max(columns - 1, 1));
      }
    }
  }
}

TEST_CASE("columns stand below each other, whatever the names") {
  use_utf8_characters();
  LineState wide = half_way();
  wide.name = "日本語.iso";
  LineState combining = half_way();
  combining.name = "re\u0301sume\u0301.pdf";
  for (const int columns : {40, 66, 80, 120, 200}) {
    const auto rows = progress_rows({half_way(), wide, combining}, half_way(), {.columns = columns},
                                    {.name_width = 17});
    REQUIRE(rows.size() == 4);
    for (const std::string& row : rows) {
      INFO(row << " in " << columns);
      CHECK(display_width(row.substr(0, row.find(" 50%"))) ==
            display_width(rows[0].substr(0, rows[0].find(" 50%"))));
    }
  }
}

TEST_CASE("a row says a stall instead of a speed and a time") {
  LineState state = half_way();
  state.stalled_seconds = 12.3;
  CHECK(row(state, 80) == "linux-6.12.tar.xz  ███▓░░░░░▓███▒░   50%    stalled 12s    4 conn");
}

TEST_CASE("without a known size there is no bar, no percent and no end in sight") {
  CHECK(row(unknown_size(), 80) == "linux-6.12.tar.xz  70.0 MiB        7.0 MiB/s    4 conn");
  CHECK(row(unknown_size(), 30) == "linux-6….tar.xz  70.0 MiB");
}

TEST_CASE("among files of known size one of unknown size says what is there of it") {
  use_utf8_characters();
  const auto rows = progress_rows({half_way(), unknown_size()}, std::nullopt, {.columns = 80},
                                  {.name_width = 17});
  CHECK(rows[1] == "linux-6.12.tar.xz  70.0 MiB                   7.0 MiB/s    4 conn");
  const std::string wide = progress_rows({half_way(), unknown_size()}, std::nullopt,
                                         {.columns = 150}, {.name_width = 17})[1];
  CHECK(wide.find("70.0 MiB") == wide.rfind("70.0 MiB"));
}

TEST_CASE("what is waited for takes the rest of the row") {
  LineState state = half_way();
  state.again_in = 4s;
  state.cause = "connection refused by everybody who was asked for it";
  CHECK(row(state, 60) == "linux-…ar.xz   50%  again in 4s: connection refused by…");
  state.cause = "no bytes, or only a trickle, for as long as --stall-timeout allows";
  CHECK(row(state, 80).ends_with("  50%  again in 4s: no bytes, or only a trickle, for as…"));
  state.cause = std::string(100, 'x');
  CHECK(row(state, 60).ends_with("again in 4s: xxxxxxxxxxxxxxxxxxxxxxx…"));
}

TEST_CASE("files for which the screen is not high enough are counted") {
  use_utf8_characters();
  const std::vector<LineState> files(10, half_way());
  const auto rows_on = [&](int lines, const std::optional<LineState>& total) {
    return progress_rows(files, total, {.columns = 80, .lines = lines}, {});
  };
  CHECK(rows_on(12, half_way()).size() == 11);
  const auto rows = rows_on(8, half_way());
  REQUIRE(rows.size() == 7);
  CHECK(rows[5] == "and 5 more");
  CHECK(rows_on(8, std::nullopt).back() == "and 4 more");
  CHECK(rows_on(2, half_way()).size() == 1);
  CHECK(rows_on(1, half_way()).size() == 1);
  CHECK(rows_on(3, half_way())[0] == "and 10 more");
}

TEST_CASE("rows are drawn over those that stand there, however many there were") {
  RedrawnRows rows(true);
  CHECK(rows.draw("", {"aa", "bb"}, 80) == "\r\x1b[?7laa\x1b[K\nbb\x1b[J\x1b[?7h");
  CHECK(rows.draw("", {"c"}, 80) == "\r\x1b[1A\x1b[?7lc\x1b[J\x1b[?7h");
  CHECK(rows.draw("", {"d", "e", "f"}, 80) == "\r\x1b[?7ld\x1b[K\ne\x1b[K\nf\x1b[J\x1b[?7h");
  CHECK(rows.draw("line\n", {"g"}, 80) ==
        "\r\x1b[2A\x1b[K\n\x1b[J\x1b[1Aline\n\x1b[?7lg\x1b[J\x1b[?7h");
  CHECK(rows.draw("", {}, 80) == "\r\x1b[K");
  CHECK_FALSE(rows.shown());
}

TEST_CASE("rows that a narrower terminal has wrapped are drawn over too") {
  for (const bool reflows : {true, false}) {
    RedrawnRows rows(reflows);
    rows.draw("", {std::string(77, 'x'), std::string(30, 'y')}, 80);
    CHECK(rows.draw("", {"z"}, 40).starts_with(reflows ? "\r\x1b[2A" : "\r\x1b[1A"));
  }
}

TEST_CASE("rows are for a terminal that they have for themselves, unless the user says otherwise") {
  const ProgressSurroundings terminal{.redraws = true};
  const ProgressSurroundings file{};
  const ProgressSurroundings no_color{.redraws = true, .no_color = true};
  const ProgressSurroundings shared{.redraws = true, .others_too = true};
  CHECK(progress_kind(ProgressChoice::Auto, terminal) == ProgressKind::Bar);
  CHECK(progress_kind(ProgressChoice::Auto, file) == ProgressKind::Plain);
  CHECK(progress_kind(ProgressChoice::Auto, no_color) == ProgressKind::Plain);
  CHECK(progress_kind(ProgressChoice::Auto, shared) == ProgressKind::Plain);
  CHECK(progress_kind(ProgressChoice::Bar, file) == ProgressKind::Bar);
  CHECK(progress_kind(ProgressChoice::Bar, no_color) == ProgressKind::Bar);
  CHECK(progress_kind(ProgressChoice::Bar, shared) == ProgressKind::Plain);
  CHECK(progress_kind(ProgressChoice::Plain, terminal) == ProgressKind::Plain);
  CHECK(progress_kind(ProgressChoice::None, terminal) == ProgressKind::None);
}
