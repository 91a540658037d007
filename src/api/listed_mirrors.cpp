#include "api/listed_mirrors.hpp"

#include <algorithm>
#include <set>

namespace xget::api {

bool may_go_over_plain_http(const net::Url& trusted, bool resists_forgery, const Options& options) {
  return trusted.origin.scheme != "https" || resists_forgery || options.allow_downgrade;
}

std::vector<std::string> usable_urls(const std::vector<std::string>& listed, bool plain_http) {
  std::vector<std::string> usable;
  std::set<std::string> seen;
  for (const std::string& text : listed) {
    if (usable.size() == kMostListedUrls) break;
    const auto url = net::parse_url(text);
    if (!url || !(plain_http || url->origin.scheme == "https")) continue;
    if (seen.insert(url->text).second) usable.push_back(url->text);
  }
  return usable;
}

}  // namespace xget::api
