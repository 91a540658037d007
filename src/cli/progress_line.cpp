#include "cli/progress_line.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/units.hpp"
#include "cli/display_width.hpp"

namespace xget::cli {
namespace {

constexpr int kGap = 2;
constexpr int kShortestName = 12;
constexpr int kShortestCause = 40;

struct Field {
  std::string text;
  int rank;  // the highest goes first where it gets narrow
};

std::string padded(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

bool is_stalled(const LineState& state) { return state.stalled_seconds >= kStallShownAfterSeconds; }

std::string whole_seconds(double length) {
  return format_duration(from_seconds(std::round(length)));
}

std::string speed_or_stall(const LineState& state) {
  if (is_stalled(state)) return "stalled " + whole_seconds(state.stalled_seconds);
  return format_size(state.bytes_per_second) + "/s";
}

std::string amount(const LineState& state) {
  return format_size(state.held) + (state.size ? " of " + format_size(*state.size) : "");
}

std::string connections(const LineState& state) {
  return std::to_string(state.connections) +
         (state.connections == 1 ? " connection" : " connections");
}

// Why nothing moves.
std::string wait(const LineState& state) {
  return again_text(*state.again_in) + ": " + state.cause;
}

bool anything_yet(const LineState& state) { return state.held > 0 || state.size; }

std::optional<std::string> time_left(const LineState& state) {
  if (!state.left || state.again_in || is_stalled(state)) return std::nullopt;
  return whole_seconds(to_seconds(*state.left)) + " left";
}

std::vector<Field> fields_of(const LineState& state) {
  std::vector<Field> fields;
  const auto percent = percent_of(state.held, state.size);
  if (percent) fields.push_back({padded(std::to_string(*percent) + "%", 4), 0});
  if (anything_yet(state) || !state.again_in) fields.push_back({amount(state), percent ? 3 : 0});
  if (state.again_in) {
    fields.push_back({wait(state), 1});
    return fields;
  }
  fields.push_back({padded(speed_or_stall(state), 12), 1});
  fields.push_back({connections(state), 4});
  if (const auto left = time_left(state)) fields.push_back({*left, 2});
  return fields;
}

int width_of(const std::vector<Field>& fields) {
  int width = 0;
  for (const Field& field : fields) width += kGap + display_width(field.text);
  return width;
}

// A cause may be of any length: it gets what the other fields leave.
void fit_cause(std::vector<Field>& fields, int room) {
  std::string& cause = fields.back().text;
  const int others = width_of(fields) - display_width(cause);
  cause = shortened(cause, std::max(room - others, kShortestCause));
}

}  // namespace

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

std::string progress_line(const LineState& state, int columns) {
  const int room = std::max(columns - 1, 1);
  std::vector<Field> fields = fields_of(state);
  const auto by_rank = [](const Field& a, const Field& b) { return a.rank < b.rank; };
  const int name_width = std::min(kShortestName, display_width(state.name));
  if (state.again_in) fit_cause(fields, room - name_width);
  while (fields.size() > 1 && name_width + width_of(fields) > room) {
    fields.erase(std::max_element(fields.begin(), fields.end(), by_rank));
  }
  std::string line = shortened(state.name, room - width_of(fields));
  for (const Field& field : fields) line += std::string(kGap, ' ') + field.text;
  return shortened(line, room);
}

std::string plain_progress_line(const LineState& state) {
  std::string line = state.name + ": ";
  const auto percent = percent_of(state.held, state.size);
  if (percent) line += std::to_string(*percent) + "%, ";
  if (state.again_in) return line + (anything_yet(state) ? amount(state) + ", " : "") + wait(state);
  line += amount(state) + ", " + speed_or_stall(state) + ", " + connections(state);
  if (const auto left = time_left(state)) line += ", " + *left;
  return line;
}

}  // namespace xget::cli
