// The time since the command began, for what it shows.
#pragma once

#include <chrono>

#include "base/time.hpp"

namespace xget::cli {

class Stopwatch {
 public:
  Stopwatch();
  [[nodiscard]] Duration elapsed() const;

 private:
  std::chrono::steady_clock::time_point began_;
};

}  // namespace xget::cli
