#include "engine/originals.hpp"

#include <utility>

namespace xget::engine {

void Originals::remember(const std::string& content, core::Original original) {
  const auto [known, is_new] = known_.insert_or_assign(content, std::move(original));
  if (!is_new) return;
  oldest_first_.push_back(content);
  if (oldest_first_.size() <= kMost) return;
  known_.erase(oldest_first_.front());
  oldest_first_.pop_front();
}

void Originals::forget(const std::string& content) { known_.erase(content); }

std::optional<core::Original> Originals::find(const std::string& content) const {
  const auto found = known_.find(content);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace xget::engine
