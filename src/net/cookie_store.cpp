#include "net/cookie_store.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <new>
#include <string_view>
#include <utility>

namespace xget::net {
namespace {

// Counting all is not for every response: between two counts libcurl takes 500 more at most.
constexpr std::size_t kCensusInterval = 10;  // responses

}  // namespace

CookieStore::CookieStore(CURLSH* share, const std::vector<std::string>& lines)
    : easy_(curl_easy_init()) {
  if (!easy_ || curl_share_setopt(share, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) != CURLSHE_OK) {
    throw std::bad_alloc();
  }
  curl_easy_setopt(easy_.get(), CURLOPT_SHARE, share);
  for (const std::string& line : lines) add(line);
}

void CookieStore::add(const std::string& line) {
  curl_easy_setopt(easy_.get(), CURLOPT_COOKIELIST, line.c_str());
}

std::vector<std::string> CookieStore::lines() const {
  curl_slist* list = nullptr;
  curl_easy_getinfo(easy_.get(), CURLINFO_COOKIELIST, &list);
  const TextList owner(list);
  std::vector<std::string> lines;
  for (; list != nullptr; list = list->next) lines.emplace_back(list->data);
  return lines;
}

void CookieStore::count_response() {
  if (++responses_since_census_ >= kCensusInterval) keep_within_bounds();
}

void CookieStore::keep_within_bounds() {
  responses_since_census_ = 0;
  std::vector<std::string> all = lines();
  if (all.size() <= kMostCookies) return;
  curl_easy_setopt(easy_.get(), CURLOPT_COOKIELIST, "ALL");
  for (const std::string& line : within_bounds(std::move(all), kMostCookies)) add(line);
}

std::vector<std::string> within_bounds(std::vector<std::string> lines, std::size_t most) {
  std::map<std::string, std::vector<std::string>, std::less<>> domains;
  std::size_t count = lines.size();
  for (std::string& line : lines) {
    domains[line.substr(0, line.find('\t'))].push_back(std::move(line));
  }
  while (count > most) {
    const auto largest = std::max_element(
        domains.begin(), domains.end(),
        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    count -= largest->second.size();
    domains.erase(largest);
  }
  std::vector<std::string> kept;
  for (auto& [domain, own] : domains) {
    std::move(own.begin(), own.end(), std::back_inserter(kept));
  }
  return kept;
}

}  // namespace xget::net
