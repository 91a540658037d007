#include "cli/progress_rows.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "cli/display_width.hpp"

namespace xget::cli {
namespace {

constexpr int kGap = 2;
// At the end of a row: a full line makes some terminals wrap, and "^C" may be echoed there.
constexpr int kFree = 3;
constexpr int kShortestName = 8;
constexpr int kShortestBar = 6;
constexpr int kLongestBar = 64;  // there are no more parts to show

// After the name, from left to right.
enum Column { kBar, kPercent, kAmount, kSpeed, kConnections, kLeft, kColumns };
constexpr std::array kInOrder{kBar, kPercent, kAmount, kSpeed, kConnections, kLeft};
constexpr std::array<int, kColumns> kWidths{kShortestBar, 4, 24, 13, 8, 10};
constexpr int kWidthOfHeld = 10;
// The first ones stay the longest where it gets narrow.
constexpr std::array kByWorth{kPercent, kSpeed, kLeft, kBar, kConnections, kAmount};
// Where no size is known the others say nothing.
constexpr std::array kByWorthWithoutSize{kAmount, kSpeed, kConnections};

struct Layout {
  int room = 0;  // columns of a row
  int name = 0;
  std::array<int, kColumns> widths{};  // 0: there is no such column
};

template <typename Columns>
int take_columns(Layout& layout, const Columns& by_worth, int extra) {
  for (const Column column : by_worth) {
    if (kGap + layout.widths[column] <= extra) {
      extra -= kGap + layout.widths[column];
    } else {
      layout.widths[column] = 0;
    }
  }
  return extra;
}

// What is left over goes to the names, as far as they like, and to the bar in equal parts.
void share_out(Layout& layout, int extra, int name_width) {
  int& bar = layout.widths[kBar];
  const int bar_wish = bar > 0 ? kLongestBar - bar : 0;
  const int name_wish = std::max(name_width - layout.name, 0);
  const int to_name = std::min(name_wish, std::max(extra / 2, extra - bar_wish));
  layout.name += to_name;
  bar += std::min(bar_wish, extra - to_name);
}

Layout layout_of(int columns, bool any_size, int shortest_name, int name_width) {
  Layout layout{.room = std::max(columns - kFree, 1)};
  layout.name = std::min(layout.room, std::max(shortest_name, kShortestName));
  int extra = layout.room - layout.name;
  if (any_size) {
    layout.widths = kWidths;
    extra = take_columns(layout, kByWorth, extra);
  } else {
    for (const Column column : kByWorthWithoutSize) layout.widths[column] = kWidths[column];
    layout.widths[kAmount] = kWidthOfHeld;
    extra = take_columns(layout, kByWorthWithoutSize, extra);
  }
  share_out(layout, extra, name_width);
  return layout;
}

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

std::string right_aligned(const std::string& text, int width) {
  return spaces(width - display_width(text)) + text;
}

std::string left_aligned(const std::string& text, int width) {
  return text + spaces(width - display_width(text));
}

std::string bar_text(const LineState& state, int cells, BarStyle style) {
  if (!state.parts.empty()) return progress_bar(state.parts, cells, style);
  // Of all together only the amount is known.
  const int whole = cells * percent_of(state.held, state.size).value_or(0) / 100;
  std::vector<std::uint8_t> parts(static_cast<std::size_t>(cells), 0);
  std::fill_n(parts.begin(), whole, std::uint8_t{255});
  return progress_bar(parts, cells, style);
}

std::string percent_text(const LineState& state) {
  const auto percent = percent_of(state.held, state.size);
  return percent ? std::to_string(*percent) + "%" : "";
}

// Without a size there is no bar, and room for the amount where that has no column of its own.
std::string in_place_of_bar(const LineState& state, const Layout& layout) {
  if (layout.widths[kAmount] > 0) return "";
  const std::string held = amount_text(state);
  return display_width(held) <= layout.widths[kBar] ? held : "";
}

std::string cell_text(const LineState& state, Column column, const Layout& layout, BarStyle style) {
  const int width = layout.widths[column];
  switch (column) {
    case kBar: {
      const bool has_bar = state.size.has_value();
      return left_aligned(has_bar ? bar_text(state, width, style) : in_place_of_bar(state, layout),
                          width);
    }
    case kPercent: return right_aligned(percent_text(state), width);
    case kAmount: return left_aligned(amount_text(state), width);
    case kSpeed: return right_aligned(speed_text(state), width);
    case kConnections: return right_aligned(std::to_string(state.connections) + " conn", width);
    case kLeft: return left_text(state).value_or("");
    case kColumns: break;
  }
  return "";
}

std::string without_trailing_spaces(std::string row) {
  row.erase(row.find_last_not_of(' ') + 1);
  return row;
}

std::string row_of(const LineState& state, const Layout& layout, BarStyle style) {
  std::string row = left_aligned(shortened(state.name, layout.name), layout.name);
  if (state.again_in) {
    const int width = layout.widths[kPercent];
    if (width > 0) row += spaces(kGap) + right_aligned(percent_text(state), width);
    row += spaces(kGap) + begun(waiting_text(state), layout.room - display_width(row) - kGap);
    return shortened(row, layout.room);
  }
  for (const Column column : kInOrder) {
    if (layout.widths[column] == 0) continue;
    row += spaces(kGap) + cell_text(state, column, layout, style);
  }
  return shortened(without_trailing_spaces(std::move(row)), layout.room);
}

}  // namespace

std::vector<std::string> progress_rows(const std::vector<LineState>& files,
                                       const std::optional<LineState>& total, ScreenSize screen,
                                       const RowStyle& style) {
  bool any_size = total && total->size;
  for (const LineState& file : files) any_size |= file.size.has_value();
  const int total_width = total ? display_width(total->name) : 0;
  const Layout layout =
      layout_of(screen.columns, any_size, std::min(total_width, screen.columns / 3),
                std::max(style.name_width, total_width));

  const std::size_t most = static_cast<std::size_t>(std::max(screen.lines - 1, 1));
  const std::size_t for_files = most - std::min<std::size_t>(most, total ? 1 : 0);
  const bool all_fit = files.size() <= for_files;
  const std::size_t shown =
      all_fit ? files.size() : for_files - std::min<std::size_t>(for_files, 1);

  std::vector<std::string> rows;
  for (std::size_t i = 0; i < shown; ++i) rows.push_back(row_of(files[i], layout, style.bar));
  if (!all_fit && for_files > 0) {
    rows.push_back(shortened("and " + std::to_string(files.size() - shown) + " more", layout.room));
  }
  if (total) rows.push_back(row_of(*total, layout, style.bar));
  return rows;
}

}  // namespace xget::cli
