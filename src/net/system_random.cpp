#include "net/system_random.hpp"

#include <sys/random.h>

namespace xget::net {
namespace {

std::uint64_t kernel_seed() {
  std::uint64_t seed = 0;
  // Eight bytes are never given in part, and a failure (a sandbox without the call) only makes the
  // jitter predictable.
  if (getrandom(&seed, sizeof seed, 0) != static_cast<ssize_t>(sizeof seed)) seed = 0;
  return seed;
}

}  // namespace

SystemRandom::SystemRandom() : generator_(kernel_seed()) {}

std::uint64_t SystemRandom::next() { return generator_(); }

}  // namespace xget::net
