// What the tests of PartialSink share: one download's place on the disk, and runs of the program
// over it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "store/partial_sink.hpp"
#include "store_fixture.hpp"

namespace store_test {

using store::PartialSettings;
using store::PartialSink;

inline constexpr std::uint64_t kMiB = 1U << 20;
inline constexpr std::uint64_t kSize = 3 * kMiB + 1000;

inline std::string sha256(std::string_view text) {
  auto digester = Digester::create(DigestAlgorithm::Sha256);
  digester->update(bytes_of(text));
  return digester->finish_hex();
}

// One download's place on the disk over several runs of the program.
struct Place {
  TemporaryFolder folder;
  std::string checkpoints;
  std::string bytes = content(kSize);
  core::Representation representation = representation_of(kSize);

  [[nodiscard]] std::string file() const { return folder / "f"; }
  [[nodiscard]] std::string partial() const { return folder / "f.partial"; }
  [[nodiscard]] std::string sidecar() const { return folder / "f.partial.json"; }

  void damage(std::uint64_t offset) const {
    store::PosixFileSystem files;
    auto here = files.open_folder(folder.path());
    auto file = (*here)->open("f.partial", core::Access::ReadWrite);
    REQUIRE((*file)->write_at(offset, bytes_of("?")));
  }
};

// One run of the program.
struct Run {
  Place& place;
  Script script;
  ScriptedFileSystem files{script};
  Workers workers;
  std::unique_ptr<store::Target> target;
  std::unique_ptr<PartialSink> sink;
  std::vector<ByteRange> bad;

  explicit Run(Place& at) : place(at) {
    auto opened = store::Target::open(files, place.file(), place.checkpoints);
    REQUIRE(opened);
    target = std::move(*opened);
  }

  void create(PartialSettings settings = {}) {
    auto made = PartialSink::create(*target, workers.disk, workers.hashing, place.representation,
                                    std::move(settings));
    REQUIRE(made);
    sink = std::move(*made);
  }

  store::OpenPartial open() {
    auto partial = target->open_partial();
    REQUIRE((partial && *partial));
    return std::move(**partial);
  }

  void resume(PartialSettings settings = {}) {
    store::OpenPartial partial = open();
    REQUIRE(partial.sidecar_problem.empty());
    auto resumed = PartialSink::resume(*target, workers.disk, workers.hashing, std::move(partial),
                                       place.representation, std::move(settings));
    REQUIRE(resumed);
    sink = std::move(*resumed);
  }

  void write(std::uint64_t begin, std::uint64_t end) {
    REQUIRE(sink->write(begin, bytes_of(place.bytes).subspan(begin, end - begin)));
  }
  void write_missing() {
    const RangeSet held = sink->held();
    for (auto gap = held.next_gap(0, kSize); gap; gap = held.next_gap(gap->end, kSize)) {
      write(gap->begin, gap->end);
    }
  }
  Outcome checkpoint() {
    Outcome outcome;
    sink->checkpoint(outcome.record());
    CHECK_FALSE(outcome.result);
    workers.run_all();
    return {outcome.result};
  }
  Outcome verify() {
    Outcome outcome;
    sink->verify_claims([this](ByteRange range) { bad.push_back(range); }, outcome.record());
    CHECK_FALSE(outcome.result);
    workers.run_all();
    return {outcome.result};
  }
  Outcome finish() {
    Outcome outcome;
    sink->finish(kSize, outcome.record());
    CHECK_FALSE(outcome.result);
    workers.run_all();
    return {outcome.result};
  }
  RangeSet claimed_on_disk() {
    auto parsed = store::parse_sidecar(read_file(place.sidecar()));
    REQUIRE(parsed);
    return parsed->claimed();
  }
};

}  // namespace store_test
