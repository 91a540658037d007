#include "api/event_queue.hpp"

#include <algorithm>
#include <utility>

namespace xget::api {
namespace {

bool ends_a_job(const Event& event) {
  return std::holds_alternative<Finished>(event) || std::holds_alternative<Failed>(event) ||
         std::holds_alternative<MetalinkRead>(event) || std::holds_alternative<Planned>(event);
}

// Of some kinds only the newest event of a job matters.
template <typename Kind>
void drop_older(std::deque<Event>& events, const Event& event) {
  const auto* newer = std::get_if<Kind>(&event);
  if (newer == nullptr) return;
  std::erase_if(events, [newer](const Event& waiting) {
    const auto* older = std::get_if<Kind>(&waiting);
    return older != nullptr && older->job == newer->job;
  });
}

}  // namespace

void EventQueue::add_job() {
  const std::lock_guard lock(mutex_);
  ++jobs_to_end_;
}

void EventQueue::push(Event event) {
  add(std::move(event));
  tell_readers();
}

void EventQueue::add(Event event) {
  const std::lock_guard lock(mutex_);
  drop_older<Progress>(events_, event);
  drop_older<Retrying>(events_, event);
  if (ends_a_job(event)) --jobs_to_end_;
  events_.push_back(std::move(event));
  untold_ = true;
}

void EventQueue::tell_readers() {
  {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(untold_, false)) return;
  }
  news_.notify_all();
}

std::optional<Event> EventQueue::pop() {
  std::unique_lock lock(mutex_);
  news_.wait(lock, [this] { return has_news(); });
  return take();
}

std::optional<Event> EventQueue::pop(Milliseconds at_most) {
  std::unique_lock lock(mutex_);
  news_.wait_for(lock, std::min(at_most, kLongestTime), [this] { return has_news(); });
  return take();
}

bool EventQueue::done() const {
  const std::lock_guard lock(mutex_);
  return events_.empty() && jobs_to_end_ == 0;
}

std::optional<Event> EventQueue::take() {
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace xget::api
