// Dice: the simulator's only source of chance. xoshiro256** seeded through splitmix64, so that a
// seed means the same on every machine and standard library.
#pragma once

#include <array>
#include <cstdint>

#include "base/time.hpp"

namespace xget::sim {

class Dice {
 public:
  explicit Dice(std::uint64_t seed);

  std::uint64_t next();                                            // uniform over all 64 bits
  std::uint64_t below(std::uint64_t limit);                        // [0, limit); limit > 0
  std::uint64_t between(std::uint64_t least, std::uint64_t most);  // both included
  Duration between(Duration least, Duration most);                 // both included
  bool chance(double probability);
  double uniform();  // [0, 1)

  // One of the values, each as likely as the others.
  template <typename T, std::size_t N>
  const T& pick(const std::array<T, N>& values) {
    return values[below(N)];
  }

  // Dice of their own for a part of the world, so that what one part rolls shifts no other.
  Dice fork() { return Dice(next()); }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace xget::sim
