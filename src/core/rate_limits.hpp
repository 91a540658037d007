// The rates that a session keeps to: one over all of its jobs, and one for each host.
// Thread: loop.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "core/per_host.hpp"
#include "core/token_bucket.hpp"

namespace xget::core {

class RateLimits {
 public:
  // Bytes per second; 0: no limit.
  RateLimits(std::uint64_t all, PerHost<std::uint64_t> per_host)
      : all_(all), per_host_(std::move(per_host)) {}

  [[nodiscard]] TokenBucket& all() { return all_; }

  // The bucket of what this host sends, the same one for all who ask while somebody keeps it. Null:
  // it has no limit.
  [[nodiscard]] std::shared_ptr<TokenBucket> of_host(const std::string& host) {
    const std::uint64_t rate = per_host_.at(host);
    if (rate == 0) return nullptr;
    if (const auto known = hosts_.find(host); known != hosts_.end()) {
      if (auto bucket = known->second.lock()) return bucket;
    }
    // However many hosts a list of downloads leads to, only those in use take room.
    std::erase_if(hosts_, [](const auto& entry) { return entry.second.expired(); });
    auto bucket = std::make_shared<TokenBucket>(rate);
    hosts_[host] = bucket;
    return bucket;
  }

  // Of what a host sends; `host` is its bucket, or null.
  void take(std::uint64_t bytes, TokenBucket* host, Instant now) {
    all_.take(bytes, now);
    if (host != nullptr) host->take(bytes, now);
  }
  [[nodiscard]] bool open(TokenBucket* host, Instant now) {
    return all_.open(now) && (host == nullptr || host->open(now));
  }
  // nullopt: nothing is limited.
  [[nodiscard]] std::optional<Instant> opens_at(TokenBucket* host, Instant now) {
    std::optional<Instant> opens_at;
    if (all_.limited()) opens_at = all_.opens_at(now);
    if (host == nullptr) return opens_at;
    return std::max(opens_at.value_or(now), host->opens_at(now));
  }

 private:
  TokenBucket all_;
  PerHost<std::uint64_t> per_host_;
  std::map<std::string, std::weak_ptr<TokenBucket>> hosts_;
};

}  // namespace xget::core
