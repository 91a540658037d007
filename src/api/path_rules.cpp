#include "api/path_rules.hpp"

namespace xget::api {

Result<remote::GlobFilter> filter_of(const std::vector<PathRule>& rules) {
  std::vector<remote::FilterRule> all;
  all.reserve(rules.size());
  for (const PathRule& rule : rules) all.push_back({rule.include, rule.pattern});
  return remote::GlobFilter::create(all);
}

}  // namespace xget::api
