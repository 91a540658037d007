// EventQueue: events from the loop thread to whoever reads them.
// Thread: any. Bounded: of the Progress and Retrying events of one job only the newest waits; the
// others are few for each job.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "xget/event.hpp"

namespace xget::api {

class EventQueue {
 public:
  void add_job();  // one more event that ends a job is to come
  void push(Event event);
  // The same, but whoever waits hears of it from tell_readers() alone: waking a reader for each
  // event of many small files costs more than the events.
  void add(Event event);
  void tell_readers();
  // Waits for an event. nullopt: all jobs have ended and all events were read.
  std::optional<Event> pop();
  // Waits no longer than that. nullopt: likewise, or nothing came in time.
  std::optional<Event> pop(Milliseconds at_most);
  [[nodiscard]] bool done() const;  // all jobs have ended and all events were read

 private:
  [[nodiscard]] bool has_news() const { return !events_.empty() || jobs_to_end_ == 0; }
  std::optional<Event> take();  // the next one, if there is any

  mutable std::mutex mutex_;  // guards the rest
  std::condition_variable news_;
  std::deque<Event> events_;
  std::size_t jobs_to_end_ = 0;
  bool untold_ = false;  // there are events that no reader was woken for
};

}  // namespace xget::api
