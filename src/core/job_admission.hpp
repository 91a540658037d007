// How many jobs run at once where nobody says: small files spend their time waiting for answers, so
// many of them go at once; of large ones a few fill the path, and more would only be begun. Which a
// job is its first answer tells, so some are always asked. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "xget/options.hpp"

namespace xget::core {

enum class JobWeight {
  Unknown,  // no answer yet
  Small,
  Large,
  Finishing,  // all has come: it waits for the disk alone
};

// Files up to so much come in a few round trips, whatever their path.
inline constexpr std::uint64_t kLargestSmallFile = 4 << 20;  // bytes

struct RunningJobs {
  int unknown = 0;
  int small = 0;
  int large = 0;
  int finishing = 0;
};

// The most at a host that may have so many `connections`. Where small files share one, another
// costs the host no more than a request, and a server that ends each connection after some number
// of requests holds up fewer of many. A limit below the usual was set for this host's sake: since
// any request may come to need a connection of its own, it holds for requests too.
constexpr int most_jobs_at_host(int connections, bool multiplexed) {
  return multiplexed && connections >= kMostActiveJobs ? std::max(connections, kMostMultiplexedJobs)
                                                       : connections;
}

// `most`: of those that have not all their bytes; nullopt: nobody said. `multiplexed`: the one that
// would begin will share a connection.
constexpr bool may_begin_another(const RunningJobs& running, std::optional<int> most,
                                 bool multiplexed) {
  constexpr int kFewLarge = 4;
  constexpr int kMostLarge = 12;
  constexpr int kAskedBesideLarge = 4;
  const int active = running.unknown + running.small + running.large;
  if (active >= most.value_or(multiplexed ? kMostMultiplexedJobs : kMostActiveJobs)) return false;
  if (running.finishing >= kMostFinishingJobs) return false;
  if (most) return true;
  if (running.large >= kMostLarge) return false;
  return running.large < kFewLarge || running.unknown < kAskedBesideLarge;
}

}  // namespace xget::core
