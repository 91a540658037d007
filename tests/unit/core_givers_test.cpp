// Which mirror gave which bytes.
#include <catch2/catch.hpp>

#include "core/givers.hpp"

using namespace xget;
using namespace xget::core;

TEST_CASE("A wrong piece that one mirror gave alone convicts it") {
  Givers givers;
  givers.add(3, {0, 100});
  givers.add(5, {100, 300});
  CHECK(givers.of({0, 100}) == std::vector<MirrorId>{3});
  CHECK(givers.blame({0, 100}) == 3);
  CHECK(givers.blame({150, 200}) == 5);
  CHECK_FALSE(givers.blame({300, 400}));
}

TEST_CASE("Of several that gave a wrong piece, the one convicts itself that is in all of them") {
  Givers givers;
  for (MirrorId innocent = 1; innocent <= 3; ++innocent) {
    const std::uint64_t piece = innocent * 100;
    givers.add(innocent, {piece, piece + 50});
    givers.add(9, {piece + 50, piece + 100});
  }
  CHECK_FALSE(givers.blame({100, 200}));
  CHECK_FALSE(givers.blame({200, 300}));
  CHECK(givers.blame({300, 400}) == 9);
}

TEST_CASE("Of two mirrors that share every wrong piece, none is convicted by a guess") {
  Givers givers;
  for (std::uint64_t piece = 0; piece < 1000; piece += 100) {
    givers.add(0, {piece, piece + 50});
    givers.add(1, {piece + 50, piece + 100});
    CHECK_FALSE(givers.blame({piece, piece + 100}));
  }
  givers.remove({0, 100});
  givers.add(1, {0, 100});
  CHECK(givers.blame({0, 100}) == 1);
}

TEST_CASE("A second guilty one is found after the first") {
  Givers givers;
  const auto wrong = [&](std::uint64_t piece, MirrorId innocent, MirrorId guilty) {
    givers.add(innocent, {piece, piece + 50});
    givers.add(guilty, {piece + 50, piece + 100});
    return givers.blame({piece, piece + 100});
  };
  CHECK_FALSE(wrong(0, 1, 9));
  CHECK_FALSE(wrong(100, 2, 9));
  CHECK(wrong(200, 3, 9) == 9);
  CHECK_FALSE(wrong(300, 1, 8));
  CHECK_FALSE(wrong(400, 2, 8));
  CHECK(wrong(500, 3, 8) == 8);
}

TEST_CASE("What comes again from another mirror is that one's") {
  Givers givers;
  givers.add(1, {0, 100});
  givers.add(2, {100, 200});
  CHECK(givers.count() == 2);
  CHECK(givers.given_by_others(1) == RangeSet({100, 200}));
  givers.remove({100, 200});
  givers.add(1, {100, 200});
  CHECK(givers.count() == 1);
  CHECK(givers.given_by_others(1).empty());
  CHECK(givers.blame({100, 200}) == 1);
}
