#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "store_partial_fixture.hpp"

using namespace store_test;

namespace {

PartialSettings with_digest(std::string hex) {
  PartialSettings settings;
  settings.digest = ExpectedDigest{DigestAlgorithm::Sha256, std::move(hex)};
  return settings;
}

// A run that writes so much, checkpoints and is gone.
void earlier_run(Place& place, std::uint64_t end) {
  Run run(place);
  run.create();
  run.write(0, end);
  REQUIRE(run.checkpoint().ok());
}

}  // namespace

TEST_CASE("a download written in any order ends as the file, with its mode and no sidecar") {
  Place place;
  Run run(place);
  run.create();
  struct stat status {};
  REQUIRE(::stat(place.partial().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  CHECK(static_cast<std::uint64_t>(status.st_size) == kSize);
  run.write(2 * kMiB, kSize);
  run.write(0, 2 * kMiB);
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
  REQUIRE(::stat(place.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == run.target->folder().file_mode());
  CHECK_FALSE(exists(place.partial()));
  CHECK_FALSE(exists(place.sidecar()));
  if (auto mark = run.target->existing_mark()) {
    CHECK(mark->size == kSize);
    CHECK(mark->validators.strong_etag == "\"v1\"");
    write_file(place.file(), "edited");
    CHECK_FALSE(run.target->existing_mark());
  }
}

TEST_CASE("a file has the time and the mode that it is to have, before it is synced") {
  Place place;
  place.representation.validators.last_modified = "Sat, 01 Aug 2020 12:34:56 GMT";
  Run run(place);
  run.create({.mode = 0640, .server_time = true});
  run.write(0, kSize);
  CHECK(run.finish().ok());
  struct stat status {};
  REQUIRE(::stat(place.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
  CHECK(status.st_mtim.tv_sec == 1596285296);
  CHECK(run.script.position("time f.partial") < run.script.position("sync f.partial"));
  CHECK(run.script.position("mode f.partial") < run.script.position("sync f.partial"));
}

TEST_CASE("a mode that was asked for and cannot be set is no success") {
  Place place;
  Run run(place);
  run.create({.mode = 0640});
  run.write(0, kSize);
  run.script.fail = "mode f.partial";
  const auto finished = run.finish();
  REQUIRE_FALSE(finished.ok());
  CHECK(finished.result->error().remedy.find("--mode") != std::string::npos);
  CHECK_FALSE(exists(place.file()));
  CHECK(exists(place.partial()));
}

TEST_CASE("where another name will do, a file that appeared is left alone") {
  Place place;
  Run run(place);
  run.create({.another_name_will_do = true});
  run.write(0, kSize);
  write_file(place.file(), "mine");
  write_file(place.folder / "f.1", "mine too");
  CHECK(run.finish().ok());
  CHECK(run.sink->final_name() == "f.2");
  CHECK(read_file(place.file()) == "mine");
  CHECK(read_file(place.folder / "f.1") == "mine too");
  CHECK(read_file(place.folder / "f.2") == place.bytes);
  CHECK_FALSE(exists(place.partial()));
  CHECK_FALSE(exists(place.sidecar()));
}

TEST_CASE("an empty sidecar is made durable before the first checkpoint") {
  Place place;
  Run run(place);
  run.create();
  CHECK_FALSE(exists(place.sidecar()));
  run.workers.run_all();
  CHECK(run.claimed_on_disk().empty());
  CHECK(run.sink->durable_bytes() == 0);
}

TEST_CASE("a tiny download and one of unknown size leave no sidecar and can be finished") {
  Place place;
  PartialSettings settings;
  SECTION("tiny") { settings.tiny = true; }
  SECTION("unknown") { place.representation.size.reset(); }
  Run run(place);
  run.create(settings);
  run.write(0, kSize);
  CHECK(run.sink->undurable_bytes() == 0);
  CHECK(run.checkpoint().ok());
  CHECK_FALSE(exists(place.sidecar()));
  CHECK_FALSE(run.script.happened("sync_data f.partial"));
  CHECK(run.finish().ok());
  CHECK(run.script.happened("sync f.partial"));
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("an empty download is an empty file") {
  Place place;
  place.representation.size = 0;
  Run run(place);
  run.create();
  Outcome outcome;
  run.sink->finish(0, outcome.record());
  run.workers.run_all();
  CHECK(outcome.ok());
  CHECK(read_file(place.file()).empty());
  CHECK(exists(place.file()));
}

TEST_CASE("a checkpoint syncs the bytes, then the sidecar, then its name") {
  Place place;
  Run run(place);
  run.create();
  run.workers.run_all();
  run.write(0, 100);
  CHECK(run.sink->undurable_bytes() == 100);
  run.script.log.clear();
  REQUIRE(run.checkpoint().ok());
  CHECK(run.script.log ==
        std::vector<std::string>{"sync_data f.partial", "remove f.partial.json.tmp",
                                 "create f.partial.json.tmp", "write f.partial.json.tmp",
                                 "sync f.partial.json.tmp",
                                 "rename f.partial.json.tmp f.partial.json", "sync folder"});
  CHECK(run.sink->undurable_bytes() == 0);
  CHECK(run.sink->durable_bytes() == 100);
  CHECK(run.claimed_on_disk() == RangeSet({0, 100}));
}

TEST_CASE("with the sidecar in another folder the partial's own folder is synced too") {
  Place place;
  place.checkpoints = place.folder / "checkpoints";
  Run run(place);
  run.create();
  run.workers.run_all();
  const auto data = run.script.position("sync_data f.partial");
  CHECK(run.script.position("sync folder", data) == data + 1);
}

TEST_CASE("a checkpoint claims only what was written before it began") {
  Place place;
  Run run(place);
  run.create();
  run.workers.run_all();
  run.write(0, 100);
  Outcome outcome;
  run.sink->checkpoint(outcome.record());
  run.write(100, 300);
  CHECK(run.sink->undurable_bytes() == 200);
  run.workers.run_all();
  CHECK(outcome.ok());
  CHECK(run.claimed_on_disk() == RangeSet({0, 100}));
}

TEST_CASE("after a failed sync nothing is claimed, written or finished any more") {
  Place place;
  Run run(place);
  run.create();
  run.write(0, 100);
  REQUIRE(run.checkpoint().ok());
  run.write(100, 200);
  run.script.fail = "sync_data f.partial";
  CHECK(run.checkpoint().code() == ErrorCode::Disk);
  run.script.fail.clear();
  const auto steps = run.script.log.size();
  CHECK(run.checkpoint().code() == ErrorCode::Disk);
  CHECK_FALSE(run.sink->write(200, bytes_of("x")));
  CHECK(run.finish().code() == ErrorCode::Disk);
  CHECK(run.script.log.size() == steps);
  CHECK(run.claimed_on_disk() == RangeSet({0, 100}));
  CHECK(run.sink->durable_bytes() == 100);
}

TEST_CASE("a sidecar that cannot be synced leaves the one before in place") {
  Place place;
  Run run(place);
  run.create();
  run.write(0, 100);
  REQUIRE(run.checkpoint().ok());
  run.write(100, 200);
  run.script.fail = "sync f.partial.json.tmp";
  CHECK(run.checkpoint().code() == ErrorCode::Disk);
  CHECK(run.claimed_on_disk() == RangeSet({0, 100}));
}

TEST_CASE("a second download cannot begin the same partial") {
  Place place;
  Run first(place);
  first.create();
  Run second(place);
  auto refused = PartialSink::create(*second.target, second.workers.disk, second.workers.hashing,
                                     place.representation, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Busy);
}

TEST_CASE("a later run goes on with what was claimed and fetches only the rest") {
  Place place;
  earlier_run(place, kMiB + 500);
  Run run(place);
  run.resume();
  CHECK(run.sink->held() == RangeSet({0, kMiB + 500}));
  CHECK(run.verify().ok());
  CHECK(run.bad.empty());
  run.write_missing();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("claims stay claimed while they are not verified yet") {
  Place place;
  earlier_run(place, kMiB + 500);
  Run run(place);
  run.resume();
  run.write(2 * kMiB, kSize);
  REQUIRE(run.checkpoint().ok());
  RangeSet both({0, kMiB + 500});
  both.add({2 * kMiB, kSize});
  CHECK(run.claimed_on_disk() == both);
}

TEST_CASE("bytes that no longer match are dropped durably before anybody hears of it") {
  Place place;
  earlier_run(place, 2 * kMiB + 500);
  place.damage(kMiB + 7);
  Run run(place);
  run.resume();
  Outcome verified;
  const RangeSet left = [] {
    RangeSet set({0, kMiB});
    set.add({2 * kMiB, 2 * kMiB + 500});
    return set;
  }();
  run.sink->verify_claims(
      [&](ByteRange range) {
        run.bad.push_back(range);
        CHECK(run.claimed_on_disk() == left);
        CHECK(run.sink->held() == left);
        CHECK_FALSE(verified.result);
      },
      verified.record());
  run.workers.run_all();
  CHECK(verified.ok());
  CHECK(run.bad == std::vector<ByteRange>{{kMiB, 2 * kMiB}});
  run.write_missing();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("a partial that was cut loses only the pieces that are gone") {
  Place place;
  earlier_run(place, kSize);
  REQUIRE(::truncate(place.partial().c_str(), static_cast<off_t>(kMiB + 10)) == 0);
  Run run(place);
  run.resume();
  CHECK(run.verify().ok());
  CHECK(run.bad ==
        std::vector<ByteRange>{{kMiB, 2 * kMiB}, {2 * kMiB, 3 * kMiB}, {3 * kMiB, kSize}});
  run.write_missing();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("a partial that has grown is cut to its size at the end") {
  Place place;
  earlier_run(place, kSize);
  std::ofstream(place.partial(), std::ios::app) << "more";
  Run run(place);
  run.resume();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("a file is not finished before every claim was hashed again, asked for or not") {
  Place place;
  earlier_run(place, kSize);
  place.damage(3);
  Run run(place);
  run.resume();
  const Outcome first = run.finish();
  REQUIRE(first.code() == ErrorCode::Disk);
  CHECK_FALSE(exists(place.file()));
  Outcome verified = run.verify();
  CHECK(verified.ok());
  CHECK(run.bad == std::vector<ByteRange>{{0, kMiB}});
  run.write_missing();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("streams that met inside a piece become one digest on the hashing worker") {
  Place place;
  {
    Run run(place);
    run.create();
    run.write(500, 1000);
    run.write(0, 500);
    run.write(1000, kMiB + 10);
    run.workers.run_all();
    REQUIRE(run.checkpoint().ok());
    REQUIRE(run.checkpoint().ok());
    auto sidecar = store::parse_sidecar(read_file(place.sidecar()));
    REQUIRE(sidecar);
    CHECK(sidecar->pieces.size() == 1);
    CHECK(sidecar->runs.size() == 1);
  }
  Run again(place);
  again.resume();
  CHECK(again.verify().ok());
  CHECK(again.bad.empty());
}

TEST_CASE("runs left by earlier kills are joined when they are verified") {
  Place place;
  for (std::uint64_t kill = 0; kill < 5; ++kill) {
    Run run(place);
    kill == 0 ? run.create() : run.resume();
    run.write(kill * 1000, (kill + 1) * 1000);
    if (kill > 0) CHECK(run.verify().ok());
    CHECK(run.bad.empty());
    REQUIRE(run.checkpoint().ok());
    auto sidecar = store::parse_sidecar(read_file(place.sidecar()));
    REQUIRE(sidecar);
    CHECK(sidecar->runs.size() <= 2);
    CHECK(sidecar->claimed() == RangeSet({0, (kill + 1) * 1000}));
  }
}

TEST_CASE("bytes of this run that read back differently are reported and dropped") {
  Place place;
  Run run(place);
  run.create();
  CHECK(run.verify().ok());
  run.write(500, kMiB);
  run.write(0, 500);
  place.damage(3);
  REQUIRE(run.checkpoint().ok());
  CHECK(run.bad == std::vector<ByteRange>{{0, 500}});
  CHECK_FALSE(run.sink->held().contains({0, 1}));
  CHECK(run.claimed_on_disk() == RangeSet({500, kMiB}));
  run.write_missing();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("a forgotten range is dropped from the sidecar before it is written again") {
  Place place;
  Run run(place);
  run.create();
  run.write(0, 2 * kMiB);
  REQUIRE(run.checkpoint().ok());
  run.sink->forget({5, 6});
  CHECK(run.sink->held() == RangeSet({kMiB, 2 * kMiB}));
  CHECK(run.claimed_on_disk() == RangeSet({0, 2 * kMiB}));
  SECTION("with no checkpoint under way") {}
  SECTION("with a checkpoint under way that still claims it") {
    run.write(2 * kMiB, 3 * kMiB);
    Outcome ignored;
    run.sink->checkpoint(ignored.record());
    run.sink->forget({2 * kMiB, 2 * kMiB + 1});
    run.write(2 * kMiB, 3 * kMiB);
    CHECK_FALSE(run.claimed_on_disk().contains({2 * kMiB, 2 * kMiB + 1}));
    run.workers.run_all();
    CHECK_FALSE(run.claimed_on_disk().contains({2 * kMiB, 2 * kMiB + 1}));
  }
  run.write(0, kMiB);
  CHECK_FALSE(run.claimed_on_disk().contains({0, 1}));
  CHECK(run.claimed_on_disk().contains({kMiB, 2 * kMiB}));
  run.write_missing();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("claims that are forgotten while they are verified are not reported") {
  Place place;
  earlier_run(place, kSize);
  place.damage(3);
  Run run(place);
  run.resume();
  Outcome verified;
  run.sink->verify_claims([&](ByteRange range) { run.bad.push_back(range); }, verified.record());
  run.sink->forget({0, 1});
  run.write(0, kMiB);
  run.workers.run_all();
  CHECK(verified.ok());
  CHECK(run.bad.empty());
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("an adopted file counts once it is hashed, and its bytes are not fetched again") {
  Place place;
  write_file(place.file(), std::string_view(place.bytes).substr(0, 2 * kMiB + 77));
  Run run(place);
  auto partial = run.target->adopt_existing();
  REQUIRE(partial);
  auto sink = PartialSink::adopt(*run.target, run.workers.disk, run.workers.hashing,
                                 std::move(*partial), place.representation, {});
  REQUIRE(sink);
  run.sink = std::move(*sink);
  CHECK(run.sink->held() == RangeSet({0, 2 * kMiB + 77}));
  REQUIRE(run.checkpoint().ok());
  CHECK(run.claimed_on_disk().empty());
  CHECK(run.verify().ok());
  REQUIRE(run.checkpoint().ok());
  CHECK(run.claimed_on_disk() == RangeSet({0, 2 * kMiB + 77}));
  run.write_missing();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("the right digest finishes the file, in whatever order the bytes came") {
  Place place;
  Run run(place);
  run.create(with_digest(sha256(place.bytes)));
  run.write(kMiB, kSize);
  run.workers.run_all();
  run.write(0, kMiB);
  run.workers.run_all();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("the digest covers resumed bytes, and those that were bad and came again") {
  Place place;
  earlier_run(place, 2 * kMiB + 500);
  place.damage(kMiB + 7);
  Run run(place);
  run.resume(with_digest(sha256(place.bytes)));
  CHECK(run.verify().ok());
  CHECK(run.bad.size() == 1);
  run.write_missing();
  CHECK(run.finish().ok());
}

TEST_CASE("bytes that are replaced after the digest has passed them are hashed again") {
  Place place;
  Run run(place);
  run.create(with_digest(sha256(place.bytes)));
  const std::string right = place.bytes;
  place.bytes[10] = static_cast<char>(place.bytes[10] ^ 1);
  run.write(0, 2 * kMiB);
  run.workers.run_all();
  place.bytes = right;
  run.write(2 * kMiB, kSize);
  SECTION("between two tasks") { run.workers.run_all(); }
  SECTION("while a task is under way") {}
  run.sink->forget({0, kMiB});
  run.write(0, kMiB);
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("a wrong digest keeps the partial and all that is claimed, and names both") {
  Place place;
  const std::string wrong = sha256("something else");
  {
    Run run(place);
    run.create(with_digest(wrong));
    run.write(0, kSize);
    const Outcome outcome = run.finish();
    REQUIRE(outcome.code() == ErrorCode::Checksum);
    const Error& error = outcome.result->error();
    CHECK(error.cause.find(wrong) != std::string::npos);
    CHECK(error.cause.find(sha256(place.bytes)) != std::string::npos);
    CHECK_FALSE(exists(place.file()));
  }
  Run again(place);
  again.resume(with_digest(sha256(place.bytes)));
  CHECK(again.sink->held() == RangeSet({0, kSize}));
  CHECK(again.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("a digest that is said while the download runs covers what was there before") {
  Place place;
  const bool right = GENERATE(true, false);
  const ExpectedDigest said{DigestAlgorithm::Sha256, sha256(right ? place.bytes : "other")};
  Run run(place);
  run.create();
  run.write(0, 2 * kMiB);
  CHECK(run.checkpoint().ok());
  REQUIRE(run.sink->expect(said, "the server"));
  run.write(2 * kMiB, kSize);
  CHECK(run.checkpoint().ok());
  CHECK(store::parse_sidecar(read_file(place.sidecar()))->server_digest == said);
  const Outcome outcome = run.finish();
  CHECK(outcome.ok() == right);
  CHECK(exists(place.file()) == right);
  CHECK((right || outcome.code() == ErrorCode::Checksum));
}

TEST_CASE("a file that appeared in the meantime is replaced only when asked to") {
  Place place;
  Run run(place);
  PartialSettings settings;
  settings.replace_existing = GENERATE(false, true);
  run.create(settings);
  run.write(0, kSize);
  write_file(place.file(), "mine");
  const Outcome outcome = run.finish();
  if (settings.replace_existing) {
    CHECK(outcome.ok());
    CHECK(read_file(place.file()) == place.bytes);
  } else {
    CHECK(outcome.code() == ErrorCode::Exists);
    CHECK(outcome.result->error().remedy.find("--overwrite") != std::string::npos);
    CHECK(read_file(place.file()) == "mine");
    CHECK(read_file(place.partial()) == place.bytes);
  }
}

TEST_CASE("until it has its name the file is its owner's to write, whatever mode is asked for") {
  Place place;
  Run run(place);
  PartialSettings settings;
  settings.mode = 0440;
  run.create(settings);
  run.write(0, kSize);
  std::uint32_t before = 0;
  run.script.before = [&](const std::string& step) {
    struct stat status {};
    if (step != "rename f.partial f") return;
    REQUIRE(::stat(place.partial().c_str(), &status) == 0);
    before = status.st_mode & 07777;
  };
  CHECK(run.finish().ok());
  CHECK(before == 0640);
  struct stat status {};
  REQUIRE(::stat(place.file().c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0440);
}

TEST_CASE("a partial that somebody exchanged is not put under the final name") {
  Place place;
  Run run(place);
  run.create();
  run.write(0, kSize);
  REQUIRE(::unlink(place.partial().c_str()) == 0);
  write_file(place.partial(), "planted");
  CHECK(run.finish().code() == ErrorCode::Disk);
  CHECK_FALSE(exists(place.file()));
}

TEST_CASE("a crash between any two steps of a download is recovered by the next run") {
  // The steps of a whole undisturbed run, then a run that dies after each of them.
  const auto whole_run = [](Run& run) {
    PartialSettings settings;
    settings.preallocate = Preallocate::Sparse;
    auto made = PartialSink::create(*run.target, run.workers.disk, run.workers.hashing,
                                    run.place.representation, settings);
    if (!made) return;
    run.sink = std::move(*made);
    const auto& bytes = run.place.bytes;
    if (!run.sink->write(0, bytes_of(bytes).first(2 * kMiB))) return;
    Outcome ignored;
    run.sink->checkpoint(ignored.record());
    run.workers.run_all();
    if (!run.sink->write(2 * kMiB, bytes_of(bytes).subspan(2 * kMiB))) return;
    run.sink->finish(kSize, ignored.record());
    run.workers.run_all();
  };
  std::size_t steps = 0;
  {
    Place place;
    Run run(place);
    whole_run(run);
    REQUIRE(read_file(place.file()) == place.bytes);
    steps = run.script.log.size();
  }
  REQUIRE(steps > 20);
  for (std::size_t dies_after = 0; dies_after < steps; ++dies_after) {
    INFO("dies after step " << dies_after);
    Place place;
    {
      Run run(place);
      run.script.dies_after = dies_after;
      whole_run(run);
      CHECK(run.script.log.size() == dies_after);
    }
    if (exists(place.file())) REQUIRE(read_file(place.file()) == place.bytes);
    Run run(place);
    auto partial = run.target->open_partial();
    REQUIRE(partial);
    if (!*partial) {
      if (!exists(place.file())) run.create();
    } else if ((*partial)->sidecar) {
      auto resumed = PartialSink::resume(*run.target, run.workers.disk, run.workers.hashing,
                                         std::move(**partial), place.representation, {});
      REQUIRE(resumed);
      run.sink = std::move(*resumed);
      REQUIRE(run.verify().ok());
      REQUIRE(run.bad.empty());
    } else {
      partial->reset();
      REQUIRE(run.target->discard_partial());
      run.create();
    }
    if (run.sink) {
      run.write_missing();
      REQUIRE(run.finish().ok());
    }
    REQUIRE(read_file(place.file()) == place.bytes);
    CHECK_FALSE(exists(place.partial()));
    CHECK_FALSE(exists(place.sidecar()));
  }
}

TEST_CASE("a crash after the last check is told to the next run") {
  Place place;
  {
    Run run(place);
    run.create();
    run.write(0, kSize);
    run.script.fail = "rename f.partial f";
    CHECK(run.finish().code() == ErrorCode::Disk);
  }
  Run run(place);
  CHECK(run.open().committing);
  run.resume();
  CHECK(run.finish().ok());
  CHECK(read_file(place.file()) == place.bytes);
}

TEST_CASE("a file that is large for the memory leaves the page cache once synced and hashed") {
  Place place;
  PartialSettings settings;
  settings.physical_memory = kSize;
  SECTION("without a digest") {
    Run run(place);
    run.create(settings);
    run.workers.run_all();
    run.write(0, kMiB);
    CHECK_FALSE(run.script.happened("drop 0-1048576"));
    REQUIRE(run.checkpoint().ok());
    CHECK(run.script.happened("drop 0-1048576"));
  }
  SECTION("not ahead of the digest") {
    settings.digest = ExpectedDigest{DigestAlgorithm::Sha256, sha256(place.bytes)};
    Run run(place);
    run.create(settings);
    run.workers.run_all();
    run.write(0, 2 * kMiB);
    run.write(2 * kMiB + 10, 3 * kMiB);
    run.workers.run_all();
    REQUIRE(run.checkpoint().ok());
    CHECK(run.script.happened("drop 0-2097152"));
    CHECK_FALSE(run.script.happened("drop 2097162-3145728"));
  }
}

TEST_CASE("a sink that is destroyed with work under way calls nobody back") {
  Place place;
  earlier_run(place, kSize);
  Run run(place);
  run.resume(with_digest(sha256(place.bytes)));
  Outcome outcome;
  run.sink->verify_claims([](ByteRange) { FAIL(); }, outcome.record());
  run.sink->checkpoint(outcome.record());
  run.sink->finish(kSize, outcome.record());
  run.sink.reset();
  run.target.reset();
  run.workers.run_all();
  CHECK_FALSE(outcome.result);
  CHECK_FALSE(exists(place.file()));
}

TEST_CASE("a sink may be destroyed from its own callback") {
  Place place;
  Run run(place);
  run.create();
  run.write(0, kSize);
  bool called = false;
  run.sink->finish(kSize, [&](const Result<void>&) {
    called = true;
    run.sink.reset();
  });
  run.workers.run_all();
  CHECK(called);
  CHECK(read_file(place.file()) == place.bytes);
}
