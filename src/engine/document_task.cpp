#include "engine/document_task.hpp"

#include <utility>

namespace xget::engine {

// Shared with the worker, which may still be at it when nobody waits any more.
struct DocumentTask::Reading {
  std::string text;
  std::function<void(std::string_view document)> read;
  bool done = false;  // the loop's
};

DocumentTask::DocumentTask(JobId id, std::unique_ptr<Document> document, core::Worker& worker,
                           Steps steps)
    : id_(id), document_(std::move(document)), worker_(worker), steps_(std::move(steps)) {}

void DocumentTask::interrupt() {
  interrupted_ = true;
  document_->interrupt();
}

void DocumentTask::on_time(Instant now) {
  if (ended_) return;
  if (reading_) {
    if (interrupted_) return end(fail(document_->interruption()));
    if (reading_->done) end({});
    return;
  }
  document_->on_time(now);
  auto text = document_->take_result();
  if (!text) return;
  if (!*text) return end(fail(std::move(text->error())));
  read(**std::move(text));
}

std::optional<Instant> DocumentTask::next_deadline() const {
  if (ended_) return std::nullopt;
  if (!reading_) return document_->next_deadline();
  return reading_->done || interrupted_ ? std::optional(Instant::min()) : std::nullopt;
}

void DocumentTask::read(std::string text) {
  reading_ = std::make_shared<Reading>();
  reading_->text = std::move(text);
  reading_->read = steps_.read;
  worker_.submit(
      [reading = reading_] {
        reading->read(reading->text);
        reading->text.clear();
      },
      [reading = reading_] { reading->done = true; });
}

void DocumentTask::end(Result<void> outcome) {
  ended_ = true;
  steps_.done(std::move(outcome));
}

Progress DocumentTask::progress(Instant) {
  return {.job = id_, .connections = document_->answered() ? 1 : 0};
}

}  // namespace xget::engine
