// TraceEvent: one event of a timeline in Chrome's trace event format, as one line of JSON. Perfetto
// and chrome://tracing show it: a process for each job, a track for each connection.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "xget/event.hpp"

namespace xget::engine {

enum class TracePhase : char {
  Begin = 'B',  // of a slice on a track; they nest
  End = 'E',    // of the innermost slice there
  Instant = 'i',
  Counter = 'C',   // the arguments are its values
  Metadata = 'M',  // names the job or the track
};

class TraceEvent {
 public:
  TraceEvent(TracePhase phase, std::string_view name, JobId job, int track, Instant now);

  TraceEvent& with(std::string_view key, std::string_view text);
  TraceEvent& with(std::string_view key, double number);
  template <std::integral Number>
  TraceEvent& with(std::string_view key, Number number) {
    return with_digits(key, std::to_string(number));
  }

  [[nodiscard]] std::string line() const;

 private:
  TraceEvent& with_digits(std::string_view key, const std::string& digits);
  void begin_argument(std::string_view key);

  std::string text_;
  bool any_arguments_ = false;
};

}  // namespace xget::engine
