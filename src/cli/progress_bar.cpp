#include "cli/progress_bar.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace xget::cli {
namespace {

using Glyphs = std::array<std::string_view, 4>;
constexpr Glyphs kBlocks{"░", "▒", "▓", "█"};
constexpr Glyphs kAscii{".", "-", "=", "#"};

constexpr std::uint64_t kFull = 255;

// Of `whole`, which is all of it. What is neither nothing nor all must not look like either.
std::string_view glyph_for(std::uint64_t held, std::uint64_t whole, const Glyphs& glyphs) {
  if (held == 0) return glyphs[0];
  if (held == whole) return glyphs[3];
  return held < whole / 2 ? glyphs[1] : glyphs[2];
}

}  // namespace

std::string progress_bar(std::span<const std::uint8_t> parts, int cells, BarStyle style) {
  const Glyphs& glyphs = style == BarStyle::Blocks ? kBlocks : kAscii;
  // In units of which a part has as many as there are cells, and a cell as many as there are parts.
  const auto cell_length = parts.size();
  const auto part_length = static_cast<std::size_t>(std::max(cells, 0));
  std::string bar;
  for (std::size_t cell = 0; cell < part_length; ++cell) {
    const std::size_t begin = cell * cell_length;
    const std::size_t end = begin + cell_length;
    std::uint64_t held = 0;
    for (std::size_t part = begin / part_length; part * part_length < end; ++part) {
      const std::size_t from = std::max(begin, part * part_length);
      const std::size_t to = std::min(end, (part + 1) * part_length);
      held += (to - from) * parts[part];
    }
    bar += glyph_for(held, kFull * cell_length, glyphs);
  }
  return bar;
}

}  // namespace xget::cli
