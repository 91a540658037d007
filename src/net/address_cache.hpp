// AddressCache: what host names resolved to, for a short while as the answer and for longer as the
// answer to fall back on when a later lookup fails.
// Thread: loop; pure.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"

namespace xget::net {

inline constexpr std::size_t kMaxCachedHosts = 256;
inline constexpr Duration kAddressesFreshFor = std::chrono::seconds(30);

class AddressCache {
 public:
  using Addresses = std::vector<std::string>;

  // Replaces what was known; the oldest host makes room.
  void put(const std::string& host, Addresses addresses, Instant now);
  // Learnt less than kAddressesFreshFor ago.
  [[nodiscard]] std::optional<Addresses> fresh(const std::string& host, Instant now) const;
  // Learnt at any time.
  [[nodiscard]] std::optional<Addresses> last_good(const std::string& host) const;

 private:
  struct Entry {
    Addresses addresses;
    Instant learnt;
  };
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace xget::net
