#include "sim/dice.hpp"

#include <bit>

namespace xget::sim {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
  state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
  return mixed ^ (mixed >> 31);
}

}  // namespace

Dice::Dice(std::uint64_t seed) {
  for (auto& word : state_) word = split_mix(seed);
}

std::uint64_t Dice::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

// The bias of the remainder is below 2^-32 for every limit used here.
std::uint64_t Dice::below(std::uint64_t limit) { return next() % limit; }

std::uint64_t Dice::between(std::uint64_t least, std::uint64_t most) {
  return least + below(most - least + 1);
}

Duration Dice::between(Duration least, Duration most) {
  const auto span = static_cast<std::uint64_t>((most - least).count());
  return least + Duration(static_cast<Duration::rep>(below(span + 1)));
}

double Dice::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

bool Dice::chance(double probability) { return uniform() < probability; }

}  // namespace xget::sim
