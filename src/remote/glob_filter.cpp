#include "remote/glob_filter.hpp"

#include <algorithm>
#include <utility>

namespace xget::remote {

Result<GlobFilter> GlobFilter::create(const std::vector<FilterRule>& rules) {
  GlobFilter filter;
  for (const FilterRule& rule : rules) {
    auto glob = Glob::parse(rule.pattern);
    if (!glob) return fail(std::move(glob.error()));
    filter.rules_.push_back({rule.include, *std::move(glob)});
  }
  std::reverse(filter.rules_.begin(), filter.rules_.end());
  return filter;
}

bool GlobFilter::takes(std::string_view path) const {
  if (rules_.empty()) return true;
  const auto segments = segments_of(path);
  const auto decisive = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) {
    return rule.glob.takes_file(segments);
  });
  return decisive == rules_.end() || decisive->include;
}

bool GlobFilter::may_take_below(std::string_view folder) const {
  if (folder.ends_with('/')) folder.remove_suffix(1);
  const auto segments = folder.empty() ? std::vector<std::string_view>() : segments_of(folder);
  for (const Rule& rule : rules_) {
    if (rule.include && rule.glob.may_take_below(segments)) return true;
    if (!rule.include && rule.glob.takes_all_below(segments)) return false;
  }
  return true;
}

}  // namespace xget::remote
