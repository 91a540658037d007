#include "cli/progress_line.hpp"

#include <algorithm>
#include <cmath>

#include "base/units.hpp"

namespace xget::cli {
namespace {

bool is_stalled(const LineState& state) { return state.stalled_seconds >= kStallShownAfterSeconds; }

std::string whole_seconds(double length) {
  return format_duration(from_seconds(std::round(length)));
}

std::string connections(const LineState& state) {
  return std::to_string(state.connections) +
         (state.connections == 1 ? " connection" : " connections");
}

bool anything_yet(const LineState& state) { return state.held > 0 || state.size; }

}  // namespace

std::string speed_text(const LineState& state) {
  if (is_stalled(state)) return "stalled " + whole_seconds(state.stalled_seconds);
  return format_size(state.bytes_per_second) + "/s";
}

std::string amount_text(const LineState& state) {
  return format_size(state.held) + (state.size ? " of " + format_size(*state.size) : "");
}

std::optional<std::string> left_text(const LineState& state) {
  if (!state.left || state.again_in || is_stalled(state)) return std::nullopt;
  return whole_seconds(to_seconds(*state.left)) + " left";
}

std::string waiting_text(const LineState& state) {
  return again_text(*state.again_in) + ": " + state.cause;
}

std::string again_text(Duration again_in) {
  const double seconds = std::ceil(to_seconds(again_in));
  return seconds > 0 ? "again in " + whole_seconds(seconds) : "trying again";
}

std::optional<int> percent_of(std::uint64_t held, std::optional<std::uint64_t> size) {
  if (!size) return std::nullopt;
  if (held >= *size) return 100;
  const double share = static_cast<double>(held) / static_cast<double>(*size);
  return std::min(99, static_cast<int>(share * 100));
}

std::string plain_progress_line(const LineState& state) {
  std::string line = state.name + ": ";
  const auto percent = percent_of(state.held, state.size);
  if (percent) line += std::to_string(*percent) + "%, ";
  if (state.again_in) {
    return line + (anything_yet(state) ? amount_text(state) + ", " : "") + waiting_text(state);
  }
  line += amount_text(state) + ", " + speed_text(state) + ", " + connections(state);
  if (const auto left = left_text(state)) line += ", " + *left;
  return line;
}

}  // namespace xget::cli
