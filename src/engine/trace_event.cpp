#include "engine/trace_event.hpp"

#include <array>
#include <cstdio>

#include "base/json_object.hpp"
#include "base/text.hpp"

namespace xget::engine {
namespace {

void append_quoted(std::string& to, std::string_view text) {
  append_json_string(to, printable(text));  // people read it
}

std::string with_decimals(double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3f", number);
  return text.data();
}

}  // namespace

TraceEvent::TraceEvent(TracePhase phase, std::string_view name, JobId job, int track, Instant now) {
  const auto microseconds = std::chrono::duration<double, std::micro>(now.time_since_epoch());
  text_ = "{\"ph\":\"";
  text_ += static_cast<char>(phase);
  text_ += "\",\"name\":";
  append_quoted(text_, name);
  text_ += ",\"pid\":" + std::to_string(job) + ",\"tid\":" + std::to_string(track) +
           ",\"ts\":" + with_decimals(microseconds.count());
  if (phase == TracePhase::Instant) text_ += ",\"s\":\"t\"";
}

TraceEvent& TraceEvent::with(std::string_view key, std::string_view text) {
  begin_argument(key);
  append_quoted(text_, text);
  return *this;
}

TraceEvent& TraceEvent::with(std::string_view key, double number) {
  return with_digits(key, with_decimals(number));
}

TraceEvent& TraceEvent::with_digits(std::string_view key, const std::string& digits) {
  begin_argument(key);
  text_ += digits;
  return *this;
}

void TraceEvent::begin_argument(std::string_view key) {
  text_ += any_arguments_ ? "," : ",\"args\":{";
  any_arguments_ = true;
  append_quoted(text_, key);
  text_ += ':';
}

std::string TraceEvent::line() const { return text_ + (any_arguments_ ? "}}" : "}"); }

}  // namespace xget::engine
