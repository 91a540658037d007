#include <catch2/catch.hpp>

#include "store/ledger.hpp"
#include "store_fixture.hpp"

using namespace store_test;
using store::Ledger;
using store::Run;

namespace {

constexpr std::uint64_t kPiece = 100;
constexpr std::uint64_t kSize = 250;

struct Written {
  Ledger ledger{kSize, kPiece};
  std::string bytes = content(kSize);

  void append(std::uint64_t begin, std::uint64_t end) {
    ledger.append(begin, bytes_of(bytes).subspan(begin, end - begin));
  }
  [[nodiscard]] PieceDigest digest(std::uint64_t begin, std::uint64_t end) const {
    return piece_digest(bytes_of(bytes).subspan(begin, end - begin));
  }
};

}  // namespace

TEST_CASE("one stream over several pieces finishes each of them, the short last one too") {
  Written w;
  w.append(0, 30);
  w.append(30, 170);
  CHECK(w.ledger.pieces().size() == 1);
  REQUIRE(w.ledger.runs().size() == 1);
  CHECK(w.ledger.runs()[0].range == ByteRange{100, 170});
  CHECK(w.ledger.runs()[0].digest == w.digest(100, 170));
  w.append(170, 250);
  CHECK(w.ledger.pieces() == std::map<std::uint64_t, PieceDigest>{{0, w.digest(0, 100)},
                                                                  {1, w.digest(100, 200)},
                                                                  {2, w.digest(200, 250)}});
  CHECK(w.ledger.runs().empty());
  CHECK(w.ledger.written() == RangeSet({0, kSize}));
  CHECK(w.ledger.pieces_to_merge().empty());
}

TEST_CASE("streams that meet inside a piece leave it to be merged") {
  Written w;
  w.append(50, 80);
  w.append(0, 50);
  CHECK(w.ledger.pieces_to_merge().empty());
  w.append(80, 100);
  CHECK(w.ledger.pieces_to_merge() == std::vector<std::uint64_t>{0});
  CHECK(w.ledger.runs().size() == 2);
  w.ledger.add_run({{0, 100}, w.digest(0, 100)});
  CHECK(w.ledger.pieces_to_merge().empty());
  CHECK(w.ledger.runs().empty());
  CHECK(w.ledger.pieces().at(0) == w.digest(0, 100));
}

TEST_CASE("a run known from a sidecar is not continued, bytes after it begin a new one") {
  Written w;
  w.ledger.add_run({{0, 40}, w.digest(0, 40)});
  w.append(40, 60);
  REQUIRE(w.ledger.runs().size() == 2);
  CHECK(w.ledger.runs()[1].range == ByteRange{40, 60});
  CHECK(w.ledger.runs()[1].digest == w.digest(40, 60));
  CHECK(w.ledger.written() == RangeSet({0, 60}));
}

TEST_CASE("forgetting drops the whole of every piece and run it touches and nothing else") {
  Written w;
  w.append(0, 250);
  w.ledger.forget({150, 151});
  CHECK(w.ledger.pieces().count(1) == 0);
  CHECK_FALSE(w.ledger.written().contains({100, 101}));
  CHECK(w.ledger.written().contains({0, 100}));
  CHECK(w.ledger.written().contains({200, 250}));
  w.append(100, 150);
  w.append(160, 170);
  w.ledger.forget({140, 155});
  REQUIRE(w.ledger.runs().size() == 1);
  CHECK(w.ledger.runs()[0].range == ByteRange{160, 170});
  w.append(100, 160);
  w.append(170, 200);
  CHECK(w.ledger.pieces_to_merge() == std::vector<std::uint64_t>{1});
}

TEST_CASE("a run that was cut off by forgetting is begun afresh where the stream goes on") {
  Written w;
  w.append(0, 50);
  w.ledger.forget({10, 20});
  w.append(50, 100);
  REQUIRE(w.ledger.runs().size() == 1);
  CHECK(w.ledger.runs()[0].range == ByteRange{50, 100});
  CHECK(w.ledger.runs()[0].digest == w.digest(50, 100));
}

TEST_CASE("without a known size only the ranges are kept") {
  Ledger ledger(kUnknownEnd, kPiece);
  const std::string bytes = content(1000);
  ledger.append(0, bytes_of(bytes));
  ledger.append(1000, bytes_of(bytes));
  CHECK(ledger.pieces().empty());
  CHECK(ledger.runs().empty());
  CHECK(ledger.written() == RangeSet({0, 2000}));
}
