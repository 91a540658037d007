// What is said about a running download, and how a line of a log says it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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
  std::string cause;                // printable
  std::vector<std::uint8_t> parts;  // as Progress has them
};

// No byte for so long, and the line says so instead of a speed that is history.
inline constexpr double kStallShownAfterSeconds = 3;

// For a log: everything, in words.
std::string plain_progress_line(const LineState& state);

// "1.2 MiB/s", "stalled 12s"
std::string speed_text(const LineState& state);
// "70.0 MiB of 140.0 MiB"
std::string amount_text(const LineState& state);
// "10s left". nullopt: nobody knows.
std::optional<std::string> left_text(const LineState& state);
// "again in 4s: connection refused". There must be something that is waited for.
std::string waiting_text(const LineState& state);
// "again in 4s", "trying again"
std::string again_text(Duration again_in);

// Whole percents, 100 only when all is there. nullopt: the size is not known.
std::optional<int> percent_of(std::uint64_t held, std::optional<std::uint64_t> size);

}  // namespace xget::cli
