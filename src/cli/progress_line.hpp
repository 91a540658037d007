// What one line says about a running download. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace xget::cli {

struct LineState {
  std::string name;                   // printable
  std::uint64_t held = 0;             // bytes
  std::optional<std::uint64_t> size;  // bytes
  std::uint64_t bytes_per_second = 0;
  int connections = 0;
  double stalled_seconds = 0;
  std::optional<Duration> left;
  // After a failure, while nothing comes: when it is tried again, zero for now; and why it failed.
  std::optional<Duration> again_in;
  std::string cause;  // printable
};

// No byte for so long, and the line says so instead of a speed that is history.
inline constexpr double kStallShownAfterSeconds = 3;

// For a terminal of so many columns; one stays free, since a full line makes some terminals wrap.
// What matters least goes first where it gets narrow.
std::string progress_line(const LineState& state, int columns);

// For a log: everything, in words.
std::string plain_progress_line(const LineState& state);

// "again in 4s", "trying again"
std::string again_text(Duration again_in);

// Whole percents, 100 only when all is there. nullopt: the size is not known.
std::optional<int> percent_of(std::uint64_t held, std::optional<std::uint64_t> size);

}  // namespace xget::cli
