#include "engine/described_by.hpp"

#include <utility>

#include "net/url.hpp"

namespace xget::engine {
namespace {

// What stands in the query instead of a secret need not be part of a URL.
std::optional<net::Origin> origin_of(const std::string& shown_url) {
  const auto url = net::parse_url(shown_url.substr(0, shown_url.find('?')));
  return url ? std::optional(url->origin) : std::nullopt;
}

}  // namespace

DescribedBy::DescribedBy(JobId job, std::unique_ptr<Document> document, core::Worker& worker,
                         DescribedResource resource, const std::string& named_by)
    : named_by_(named_by),
      read_(std::make_shared<Result<Description>>()),
      task_(std::make_unique<DocumentTask>(
          job, std::move(document), worker,
          DocumentTask::Steps{
              .read = [read = read_, resource = std::move(resource)](
                          std::string_view text) { *read = read_description(text, resource); },
              .done =
                  [this](Result<void> fetched) {
                    result_ = fetched ? std::move(*read_) : fail(std::move(fetched.error()));
                  }})) {}

DescribedBy::~DescribedBy() = default;

void DescribedBy::on_time(Instant now) { task_->on_time(now); }

std::optional<Instant> DescribedBy::next_deadline() const {
  return result_ ? std::optional(Instant::min()) : task_->next_deadline();
}

bool DescribedBy::is_servers_word() const {
  const auto origin = origin_of(task_->document().final_url());
  return origin && origin == origin_of(named_by_);
}

std::optional<Result<Description>> DescribedBy::take_result() {
  auto result = std::exchange(result_, std::nullopt);
  if (result && *result && !is_servers_word()) (*result)->digests.clear();
  return result;
}

}  // namespace xget::engine
