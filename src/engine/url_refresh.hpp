// UrlRefresh: the URL is refused, and somebody may know a fresh one.
// Thread: loop.
#pragma once

#include <optional>

#include "core/failure.hpp"
#include "engine/job_context.hpp"

namespace xget::engine {

class UrlRefresh {
 public:
  explicit UrlRefresh(const JobContext& job) : job_(job) {}
  ~UrlRefresh() { end(); }
  UrlRefresh(const UrlRefresh&) = delete;
  UrlRefresh& operator=(const UrlRefresh&) = delete;

  // Asks, and says so. There must be a refresher.
  void begin(const core::Failure& refused);
  void end();
  // nullopt: no answer yet. Success: the source goes on from a fresh URL. Fails with Refused.
  std::optional<Result<void>> step();

 private:
  const JobContext& job_;
  core::Failure refused_;
  std::optional<core::UrlRefresher::Answer> answer_;
};

}  // namespace xget::engine
