// A bar that shows which parts of a file are there. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace xget::cli {

enum class BarStyle {
  Blocks,  // ░▒▓█: a column each, in any UTF-8 terminal's font
  Ascii,   // .-=#
};

// `parts` as Progress has them, at least one; as many columns as `cells`. Each shows one of four:
// nothing of its part of the file, some, most, all.
std::string progress_bar(std::span<const std::uint8_t> parts, int cells, BarStyle style);

}  // namespace xget::cli
