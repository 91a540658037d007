#include "net/address_cache.hpp"

#include <algorithm>

namespace xget::net {

void AddressCache::put(const std::string& host, Addresses addresses, Instant now) {
  if (entries_.size() >= kMaxCachedHosts && !entries_.contains(host)) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.learnt < b.second.learnt; });
    entries_.erase(oldest);
  }
  entries_[host] = {std::move(addresses), now};
}

std::optional<AddressCache::Addresses> AddressCache::fresh(const std::string& host,
                                                           Instant now) const {
  const auto it = entries_.find(host);
  if (it == entries_.end() || now - it->second.learnt >= kAddressesFreshFor) return std::nullopt;
  return it->second.addresses;
}

std::optional<AddressCache::Addresses> AddressCache::last_good(const std::string& host) const {
  const auto it = entries_.find(host);
  if (it == entries_.end()) return std::nullopt;
  return it->second.addresses;
}

}  // namespace xget::net
