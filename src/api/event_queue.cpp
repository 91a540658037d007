#include "api/event_queue.hpp"

#include <algorithm>
#include <utility>

namespace xget::api {
namespace {

bool ends_a_job(const Event& event) {
  return std::holds_alternative<Finished>(event) || std::holds_alternative<Failed>(event);
}

}  // namespace

void EventQueue::add_job() {
  const std::lock_guard lock(mutex_);
  ++jobs_to_end_;
}

void EventQueue::push(Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto* progress = std::get_if<Progress>(&event)) {
      std::erase_if(events_, [job = progress->job](const Event& waiting) {
        const auto* older = std::get_if<Progress>(&waiting);
        return older != nullptr && older->job == job;
      });
    }
    if (ends_a_job(event)) --jobs_to_end_;
    events_.push_back(std::move(event));
  }
  news_.notify_all();
}

std::optional<Event> EventQueue::pop() {
  std::unique_lock lock(mutex_);
  news_.wait(lock, [this] { return !events_.empty() || jobs_to_end_ == 0; });
  if (events_.empty()) return std::nullopt;
  Event event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace xget::api
