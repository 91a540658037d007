// EventStream: events as lines of JSON to a descriptor whose reader may be slow, stuck or gone.
// Nothing waits for him while downloads run. What he has not taken waits here, in a bounded buffer;
// while much waits, progress is left out, which the next one makes up for; once the buffer is full
// other events are too, and are counted: he is told how many when he goes on, and the user at the
// end. When he is gone the user is told at once, and the downloads go on.
// Thread: the one that reads the events.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "cli/exit_code.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"

namespace xget::cli {

// Whether it is open for writing; children do not get it. Fails with Usage.
Result<void> take_event_descriptor(int descriptor);

class EventStream {
 public:
  // Bytes of lines that wait for the reader.
  static constexpr std::size_t kMostWaiting = 1U << 20;
  static constexpr std::size_t kMostWaitingWithProgress = 16U << 10;
  // Whoever takes nothing for so long at the end is waited for no longer.
  static constexpr Milliseconds kPatience = Milliseconds(5000);

  // Borrows the descriptor. `complain` is given whole lines for the user.
  EventStream(int descriptor, std::function<void(std::string_view)> complain,
              Milliseconds patience = kPatience);

  // `now` is the time since the command began. None of them but end() waits.
  void start(Duration now);
  void on_event(const Event& event, Duration now);
  // The last line. Waits for the reader as long as he takes something.
  void end(ExitCode code, Duration now);

 private:
  void add(std::string line, Duration now);
  void wait_with(std::string line);
  void write_what_fits();
  // Of the first line. False: nothing more can be written now.
  bool write_some(Milliseconds wait);
  void give_up(const std::string& why);

  int descriptor_;
  std::function<void(std::string_view)> complain_;
  Milliseconds patience_;
  bool broken_ = false;
  std::deque<std::string> waiting_;  // whole lines
  std::size_t waiting_bytes_ = 0;
  std::size_t written_ = 0;     // bytes of the first one
  std::uint64_t untold_ = 0;    // events left out since the reader was last told
  std::uint64_t left_out_ = 0;  // events, in all
};

}  // namespace xget::cli
