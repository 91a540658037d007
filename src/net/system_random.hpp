// SystemRandom: jitter and tie-breaks from a generator that the kernel seeds. Not for secrets.
// Thread: one at a time.
#pragma once

#include <random>

#include "core/ports.hpp"

namespace xget::net {

class SystemRandom final : public core::Random {
 public:
  SystemRandom();
  std::uint64_t next() override;

 private:
  std::mt19937_64 generator_;
};

}  // namespace xget::net
