#include "engine/url_refresh.hpp"

#include <utility>

#include "engine/job_error.hpp"

namespace xget::engine {

void UrlRefresh::begin(const core::Failure& refused) {
  refused_ = refused;
  job_.note(refused.cause + "; asking the refresh command for a fresh URL");
  job_.refresher->refresh(refused.number, [this](core::UrlRefresher::Answer answer) {
    answer_ = std::move(answer);
    job_.wake();
  });
}

void UrlRefresh::end() {
  if (job_.refresher != nullptr) job_.refresher->cancel();
  answer_.reset();
}

std::optional<Result<void>> UrlRefresh::step() {
  if (!answer_) return std::nullopt;
  const auto answer = *std::exchange(answer_, std::nullopt);
  for (const std::string& line : answer.said) job_.note("the refresh command says: " + line);
  const Result<void> used = answer.url.and_then(
      [this](const std::string& url) { return job_.sources.at(0).use_url(url); });
  if (used) return used;
  return fail(refresh_error(refused_, job_.url(), used.error()));
}

}  // namespace xget::engine
