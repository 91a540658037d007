#include "api/metalink_task.hpp"

#include <string>
#include <utility>

namespace xget::api {

// Shared with the worker, which may still be at it when nobody waits any more.
struct MetalinkTask::Parsing {
  std::string text;
  std::function<Jobs(std::string_view document)> describe;
  std::optional<Jobs> jobs;  // the worker's until `done`
  bool done = false;         // the loop's
};

MetalinkTask::MetalinkTask(JobId id, std::unique_ptr<engine::Document> document,
                           core::Worker& worker, Steps steps)
    : id_(id), document_(std::move(document)), worker_(worker), steps_(std::move(steps)) {}

void MetalinkTask::on_time(Instant now) {
  if (ended_) return;
  if (parsing_) {
    if (parsing_->done) end(*std::move(parsing_->jobs));
    return;
  }
  document_->on_time(now);
  auto text = document_->take_result();
  if (!text) return;
  if (!*text) return end(fail(std::move(text->error())));
  parse(**std::move(text));
}

std::optional<Instant> MetalinkTask::next_deadline() const {
  if (ended_) return std::nullopt;
  if (!parsing_) return document_->next_deadline();
  return parsing_->done ? std::optional(Instant::min()) : std::nullopt;
}

void MetalinkTask::parse(std::string text) {
  parsing_ = std::make_shared<Parsing>();
  parsing_->text = std::move(text);
  parsing_->describe = steps_.describe;
  worker_.submit(
      [parsing = parsing_] {
        parsing->jobs = parsing->describe(parsing->text);
        parsing->text.clear();
      },
      [parsing = parsing_] { parsing->done = true; });
}

void MetalinkTask::end(Jobs jobs) {
  ended_ = true;
  steps_.done(std::move(jobs));
}

Progress MetalinkTask::progress(Instant) {
  return {.job = id_, .connections = document_->answered() ? 1 : 0};
}

}  // namespace xget::api
