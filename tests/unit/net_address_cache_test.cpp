#include <catch2/catch.hpp>

#include "net/address_cache.hpp"

using namespace xget;
using net::AddressCache;

TEST_CASE("addresses are fresh for a while and last good for longer") {
  AddressCache cache;
  const Instant start{};
  cache.put("h", {"192.0.2.1"}, start);
  CHECK(cache.fresh("h", start + std::chrono::seconds(29)));
  CHECK_FALSE(cache.fresh("h", start + std::chrono::seconds(30)));
  CHECK(cache.last_good("h") == AddressCache::Addresses{"192.0.2.1"});
  CHECK_FALSE(cache.last_good("other"));
}

TEST_CASE("a full cache gives up the host that was learnt first") {
  AddressCache cache;
  Instant now{};
  for (std::size_t i = 0; i < net::kMaxCachedHosts + 1; ++i)
    cache.put(std::to_string(i), {"192.0.2.1"}, now += std::chrono::seconds(1));
  CHECK_FALSE(cache.last_good("0"));
  CHECK(cache.last_good("1"));
  cache.put("1", {"192.0.2.2"}, now);
  CHECK(cache.last_good("2"));
}
