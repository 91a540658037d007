#include "cli/usage_tally.hpp"

#include <utility>

namespace xget::cli {

UsageTally::UsageTally(std::size_t max_depth, Tell tell)
    : max_depth_(max_depth), tell_(std::move(tell)) {
  open_.emplace_back();
}

void UsageTally::add(std::string_view path, std::uint64_t bytes) {
  while (!path.starts_with(open_.back().folder)) close_down_to(open_.size() - 1);
  while (open_.size() <= max_depth_) {
    const auto slash = path.find('/', open_.back().folder.size());
    if (slash == std::string_view::npos) break;
    open_.push_back({.folder = std::string(path.substr(0, slash + 1))});
  }
  ++open_.back().objects;
  open_.back().bytes += bytes;
}

void UsageTally::end() { close_down_to(0); }

// What ends is part of what it is in.
void UsageTally::close_down_to(std::size_t depth) {
  while (open_.size() > depth) {
    const Usage ended = std::move(open_.back());
    open_.pop_back();
    if (!open_.empty()) {
      open_.back().objects += ended.objects;
      open_.back().bytes += ended.bytes;
    }
    tell_(ended);
  }
}

}  // namespace xget::cli
