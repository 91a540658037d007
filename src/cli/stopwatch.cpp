#include "cli/stopwatch.hpp"

namespace xget::cli {

Stopwatch::Stopwatch() : began_(std::chrono::steady_clock::now()) {}

Duration Stopwatch::elapsed() const { return std::chrono::steady_clock::now() - began_; }

}  // namespace xget::cli
