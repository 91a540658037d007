#include <catch2/catch.hpp>
#include <random>

#include "base/fill_levels.hpp"

using namespace xget;

namespace {

using Levels = std::vector<std::uint8_t>;

RangeSet of(std::initializer_list<ByteRange> ranges) {
  RangeSet set;
  for (const ByteRange& range : ranges) set.add(range);
  return set;
}

}  // namespace

TEST_CASE("each part says how much of it is there") {
  CHECK(fill_levels({}, 400, 4) == Levels{0, 0, 0, 0});
  CHECK(fill_levels(of({{0, 400}}), 400, 4) == Levels{255, 255, 255, 255});
  CHECK(fill_levels(of({{100, 200}, {250, 300}}), 400, 4) == Levels{0, 255, 127, 0});
  CHECK(fill_levels(of({{150, 350}}), 400, 4) == Levels{0, 127, 255, 127});
  CHECK(fill_levels(of({{10, 20}, {30, 40}, {390, 400}}), 400, 2) == Levels{25, 12});
}

TEST_CASE("a byte more than none is not none, and a byte less than all is not all") {
  CHECK(fill_levels(of({{5, 6}}), 1'000'000, 1) == Levels{1});
  CHECK(fill_levels(of({{1, 1'000'000}}), 1'000'000, 1) == Levels{254});
}

TEST_CASE("a file of few bytes has no more parts than bytes") {
  CHECK(fill_levels(of({{1, 2}}), 3, 64) == Levels{0, 255, 0});
  CHECK(fill_levels({}, 0, 64).empty());
}

TEST_CASE("the largest file that there can be has parts too") {
  const std::uint64_t size = kUnknownEnd - 1;
  const Levels levels = fill_levels(of({{0, size / 2}}), size, 2);
  CHECK(levels == Levels{255, 0});
}

TEST_CASE("the parts of a random set are those that counting its bytes gives") {
  const std::uint64_t seed = Catch::rngSeed() != 0 ? Catch::rngSeed() : std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 dice(seed);
  for (int round = 0; round < 200; ++round) {
    const std::uint64_t size = 1 + dice() % 500;
    const std::size_t parts = 1 + dice() % 70;
    RangeSet set;
    for (int i = 0; i < 12; ++i) {
      const std::uint64_t begin = dice() % (size + 20);
      set.add({begin, begin + 1 + dice() % 30});
    }
    const Levels levels = fill_levels(set, size, parts);
    const std::uint64_t count = std::min<std::uint64_t>(size, parts);
    REQUIRE(levels.size() == count);
    std::vector<std::uint64_t> held(count);
    std::vector<std::uint64_t> length(count);
    for (std::uint64_t at = 0, part = 0; at < size; ++at) {
      while ((part + 1) * size / count <= at) ++part;
      ++length[part];
      held[part] += set.contains({at, at + 1}) ? 1 : 0;
    }
    for (std::size_t part = 0; part < count; ++part) {
      INFO("part " << part << " of " << count << ", size " << size);
      CHECK((levels[part] == 0) == (held[part] == 0));
      CHECK((levels[part] == 255) == (held[part] == length[part]));
      const double share = static_cast<double>(held[part]) / static_cast<double>(length[part]);
      CHECK(std::abs(levels[part] - 255 * share) <= 1);
    }
  }
}
