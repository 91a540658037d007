#include "cli/window_signs.hpp"

namespace xget::cli {
namespace {

constexpr std::string_view kKeepTitle = "\x1b[22;2t";
constexpr std::string_view kTitleAsKept = "\x1b[23;2t";
constexpr std::string_view kNoTaskbar = "\x1b]9;4;0;0\x07";

std::string title_of(const LineState& state) {
  const auto percent = percent_of(state.held, state.size);
  return (percent ? std::to_string(*percent) + "% " : "") + state.name + " - xget";
}

// 1: so many percent; 3: something goes on, nobody knows how much.
std::string taskbar_of(const LineState& state) {
  const auto percent = percent_of(state.held, state.size);
  return percent ? "1;" + std::to_string(*percent) : "3;0";
}

}  // namespace

std::string WindowSigns::show(const LineState& state) {
  std::string text;
  if (left_) return text;
  if (features_.title) {
    if (std::string title = title_of(state); title != title_) {
      if (!has_title_.exchange(true)) text += kKeepTitle;
      text += "\x1b]2;" + title + "\x07";
      title_ = std::move(title);
    }
  }
  if (features_.taskbar) {
    if (std::string taskbar = taskbar_of(state); taskbar != taskbar_) {
      has_taskbar_ = true;
      text += "\x1b]9;4;" + taskbar + "\x07";
      taskbar_ = std::move(taskbar);
    }
  }
  return text;
}

std::string WindowSigns::clear() {
  title_.clear();
  taskbar_.clear();
  return take_back();
}

std::string WindowSigns::leave() {
  left_ = true;
  return take_back();
}

std::string WindowSigns::take_back() {
  std::string text;
  if (has_title_.exchange(false)) text += kTitleAsKept;
  if (has_taskbar_.exchange(false)) text += kNoTaskbar;
  return text;
}

}  // namespace xget::cli
