// Pieces that a publisher gave the digests of, checked by the sink while the download runs.
#include <catch2/catch.hpp>

#include "base/encoding.hpp"
#include "store/piece_check.hpp"
#include "store_partial_fixture.hpp"

using namespace store_test;

namespace {

constexpr std::uint64_t kPiece = 100'000;  // meets neither the ledger's pieces nor the file's end

core::PublishedPieces published(std::string_view bytes, std::uint64_t length = kPiece) {
  core::PublishedPieces pieces{.algorithm = DigestAlgorithm::Sha1, .length = length};
  for (std::size_t at = 0; at < bytes.size(); at += length) {
    auto digester = Digester::create(DigestAlgorithm::Sha1);
    digester->update(bytes_of(bytes.substr(at, length)));
    const auto digest = parse_hex(digester->finish_hex());
    pieces.digests.insert(pieces.digests.end(), digest->begin(), digest->end());
  }
  return pieces;
}

// A run whose sink knows the pieces of what `place` holds when it is made.
struct CheckedRun : Run {
  std::vector<ByteRange> wrong;
  std::vector<RangeSet> claimed_when_told;

  CheckedRun(Place& at, PartialSettings settings, bool resumes = false) : Run(at) {
    if (!settings.pieces) settings.pieces = published(place.bytes);
    resumes ? resume(std::move(settings)) : create(std::move(settings));
    sink->on_wrong_piece([this](ByteRange piece) {
      wrong.push_back(piece);
      if (exists(place.sidecar())) claimed_when_told.push_back(claimed_on_disk());
    });
    workers.run_all();
  }

  // As a server would that lies about this one byte.
  void write_with_a_lie(std::uint64_t begin, std::uint64_t end, std::uint64_t at) {
    place.bytes[at] = static_cast<char>(place.bytes[at] ^ 1);
    write(begin, end);
    place.bytes[at] = static_cast<char>(place.bytes[at] ^ 1);
  }
  void write_missing_and_finish() {
    write_missing();
    CHECK(finish().ok());
    CHECK(read_file(place.file()) == place.bytes);
  }
};

constexpr ByteRange piece(std::uint64_t index) {
  return {index * kPiece, std::min(kSize, (index + 1) * kPiece)};
}

}  // namespace

TEST_CASE("a download of which every published piece is right ends as the file") {
  Place place;
  PartialSettings settings;
  SECTION("as it is") {}
  SECTION("of unknown size") { place.representation.size.reset(); }
  SECTION("tiny, with no sidecar") { settings.tiny = true; }
  SECTION("with a digest of the whole too") {
    settings.digest = ExpectedDigest{DigestAlgorithm::Sha256, sha256(place.bytes)};
  }
  CheckedRun run(place, settings);
  run.write(kMiB, kSize);
  run.workers.run_all();
  run.write_missing_and_finish();
  CHECK(run.wrong.empty());
}

TEST_CASE("a wrong piece is told while the download runs, and is durably claimed no more by then") {
  Place place;
  CheckedRun run(place, {});
  run.write_with_a_lie(0, 2 * kMiB, 3 * kPiece + 7);
  REQUIRE(run.checkpoint().ok());
  REQUIRE(run.wrong == std::vector{piece(3)});
  REQUIRE(run.claimed_when_told.size() == 1);
  CHECK_FALSE(run.claimed_when_told[0].touches(piece(3)));
  run.write_missing_and_finish();
  CHECK(run.wrong.size() == 1);
}

TEST_CASE("nothing but the wrong piece is fetched again") {
  Place place;
  CheckedRun run(place, {});
  SECTION("where the stream goes on") {
    run.write_with_a_lie(0, 7 * kPiece + 1, 5 * kPiece);
    run.workers.run_all();
  }
  SECTION("where it has gone further before the piece is checked") {
    run.write_with_a_lie(0, 6 * kPiece, 5 * kPiece);
    run.write(6 * kPiece, 7 * kPiece + 1);
    run.workers.run_all();
  }
  RangeSet expected({0, 7 * kPiece + 1});
  expected.remove(piece(5));
  CHECK(run.sink->held() == expected);
  REQUIRE(run.checkpoint().ok());
  CHECK(run.claimed_on_disk() == expected);
  run.write_missing_and_finish();
}

TEST_CASE("a piece that is wrong again is told again") {
  Place place;
  CheckedRun run(place, {});
  for (int time = 1; time <= 3; ++time) {
    const ByteRange all = run.sink->held().empty() ? ByteRange{0, kSize} : piece(2);
    run.write_with_a_lie(all.begin, all.end, 2 * kPiece + 50);
    run.workers.run_all();
    CHECK(run.wrong == std::vector(static_cast<std::size_t>(time), piece(2)));
  }
  run.write_missing_and_finish();
}

TEST_CASE("a file with a wrong piece is not finished, and is once the piece came again") {
  Place place;
  PartialSettings settings;
  SECTION("of known size") {}
  SECTION("of unknown size") { place.representation.size.reset(); }
  SECTION("tiny") { settings.tiny = true; }
  CheckedRun run(place, settings);
  run.write_with_a_lie(0, kSize, kSize - 1);
  CHECK(run.finish().code() == ErrorCode::Disk);
  CHECK_FALSE(exists(place.file()));
  CHECK(run.wrong == std::vector{piece(kSize / kPiece)});
  CHECK(run.sink->held() == RangeSet({0, kSize / kPiece * kPiece}));
  run.write_missing_and_finish();
}

TEST_CASE("what an earlier run claimed is checked by its pieces once its own digests hold") {
  Place place;
  {
    Run earlier(place);  // that knew no pieces
    earlier.create();
    place.bytes[kPiece + 1] = '\x01';
    earlier.write(0, 2 * kMiB);
    place.bytes = content(kSize);
    REQUIRE(earlier.checkpoint().ok());
  }
  place.damage(kMiB + 5);
  CheckedRun run(place, {}, true);
  CHECK(run.wrong.empty());
  CHECK(run.verify().ok());
  REQUIRE(run.bad.size() == 1);
  CHECK(run.bad[0] == ByteRange{kMiB, 2 * kMiB});
  CHECK(run.wrong == std::vector{piece(1)});
  run.write_missing_and_finish();
}

TEST_CASE("bytes that were forgotten before their piece was checked are checked when they came") {
  Place place;
  CheckedRun run(place, {});
  run.write_with_a_lie(0, 2 * kMiB, kPiece);
  SECTION("before the check") {}
  SECTION("before anybody was told") { run.workers.hashing.run_one(); }
  run.sink->forget({0, 2 * kMiB});
  run.workers.run_all();
  CHECK(run.wrong.empty());
  run.write_missing_and_finish();
}

TEST_CASE("the whole file's digest begins again for no wrong piece") {
  Place place;
  PartialSettings settings;
  settings.digest = ExpectedDigest{DigestAlgorithm::Sha256, sha256(place.bytes)};
  CheckedRun run(place, settings);
  run.write_with_a_lie(0, 2 * kMiB, kMiB);
  run.workers.run_all();
  run.write_with_a_lie(2 * kMiB, kSize, kSize - 1);
  run.workers.run_all();
  CHECK(run.wrong.size() == 2);
  run.write_missing_and_finish();
}

TEST_CASE("bytes of a large file stay in the page cache until their piece was checked") {
  Place place;
  PartialSettings settings;
  settings.physical_memory = kSize;
  CheckedRun run(place, settings);
  run.write(0, 2 * kPiece + 500);
  Outcome unchecked;
  run.sink->checkpoint(unchecked.record());
  while (run.workers.disk.run_one()) {
  }
  CHECK_FALSE(run.script.happened("drop 0-200000"));
  run.workers.run_all();
  run.write(3 * kPiece, 3 * kPiece + 1);
  REQUIRE(run.checkpoint().ok());
  CHECK(run.script.happened("drop 0-200000"));
}

TEST_CASE("of a torrent's file the pieces that it shares are left unchecked") {
  Place place;
  const std::uint64_t shared = 777;
  core::PublishedPieces pieces = published(place.bytes.substr(shared, 5 * kPiece));
  pieces.begin = shared;
  pieces.resource_size = kSize;
  PartialSettings settings;
  settings.pieces = pieces;
  settings.digest = ExpectedDigest{DigestAlgorithm::Sha256, sha256(place.bytes)};
  CheckedRun run(place, settings);
  run.write_with_a_lie(0, kSize, shared + kPiece);
  run.workers.run_all();
  CHECK(run.wrong == std::vector{ByteRange{shared + kPiece, shared + 2 * kPiece}});
  run.write_missing_and_finish();
}

TEST_CASE("pieces of a file of another size are refused before anything is written") {
  Place place;
  Run run(place);
  PartialSettings settings;
  settings.pieces = published(place.bytes);
  SECTION("one piece too many") { settings.pieces = published(place.bytes + content(kPiece)); }
  SECTION("one too few") { settings.pieces->digests.resize(settings.pieces->digests.size() - 20); }
  SECTION("by the size that is published") { settings.pieces->resource_size = kSize + 1; }
  auto made = PartialSink::create(*run.target, run.workers.disk, run.workers.hashing,
                                  place.representation, settings);
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ErrorCode::Checksum);
  CHECK_FALSE(exists(place.partial()));
}

TEST_CASE("pieces of a file of another size are refused once the size is known") {
  Place place;
  place.representation.size.reset();
  PartialSettings settings;
  settings.pieces = published(place.bytes + content(kPiece));
  CheckedRun run(place, settings);
  run.write(0, kSize);
  CHECK(run.finish().code() == ErrorCode::Checksum);
  CHECK_FALSE(exists(place.file()));
}

TEST_CASE("many small pieces, all of them wrong, are told in a few rounds of the disk") {
  Place place;
  PartialSettings settings;
  settings.pieces = published(content(kSize, 2), 256);
  CheckedRun run(place, settings);
  run.write(0, kSize);
  run.workers.run_all();
  CHECK(run.wrong.size() == kSize / 256 + 1);
  CHECK(run.sink->held().empty());
  const auto syncs =
      std::count(run.script.log.begin(), run.script.log.end(), "sync_data f.partial");
  CHECK(syncs < 10);
}
