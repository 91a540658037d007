// What stands on the disk when one sink goes and another, or another process, comes after it.
#include <catch2/catch.hpp>

#include "store/partial_sink.hpp"
#include "store/worker_thread.hpp"
#include "store_fixture.hpp"

using namespace store_test;
using store::PartialSink;
using store::Target;

namespace {

constexpr std::uint64_t kSize = (3U << 20) + 1000;

struct Run {
  TemporaryFolder folder;
  Script script;
  ScriptedFileSystem files{script};
  Workers workers;
  std::unique_ptr<Target> target;
  std::unique_ptr<PartialSink> sink;

  explicit Run(bool no_locks = false) {
    files.no_locks = no_locks;
    auto opened = Target::open(files, folder / "f", "");
    REQUIRE(opened);
    target = std::move(*opened);
  }

  Result<std::unique_ptr<PartialSink>> try_create(core::Worker& disk) {
    return PartialSink::create(*target, disk, workers.hashing, representation_of(kSize), {});
  }
  void create(core::Worker& disk) {
    auto made = try_create(disk);
    REQUIRE(made);
    sink = std::move(*made);
  }
  void create() { create(workers.disk); }

  [[nodiscard]] std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
};

}  // namespace

TEST_CASE("what a sink had not begun on the disk is left out once it is gone") {
  const bool no_locks = GENERATE(false, true);
  Run run(no_locks);
  run.create();  // its first checkpoint waits
  REQUIRE(run.sink->write(0, bytes_of(content(1000))));
  run.sink->checkpoint(nullptr);
  run.sink.reset();
  CHECK_FALSE(exists(run.folder / "f.partial.lock"));
  REQUIRE(run.target->discard_partial());
  run.workers.run_all();
  CHECK(run.left().empty());
}

TEST_CASE("a sink that goes waits for the step on the disk that is under way") {
  Run run;
  HeldUp rename(run.script, "rename f.partial.json.tmp f.partial.json");
  {
    store::WorkerThread disk([] {});
    run.create(disk);
    rename.await();
    run.sink.reset();
    REQUIRE(run.target->discard_partial());
  }
  CHECK(run.left().empty());
}

TEST_CASE("a partial set aside does not get its sidecar back from a checkpoint that waited") {
  const bool no_locks = GENERATE(false, true);
  Run run(no_locks);
  run.create();
  run.workers.run_all();
  const std::string bytes = content(1000);
  REQUIRE(run.sink->write(0, bytes_of(bytes)));
  run.sink->checkpoint(nullptr);
  run.sink->retire();
  REQUIRE(run.target->set_partial_aside());
  run.workers.run_all();
  CHECK_FALSE(exists(run.folder / "f.partial.json"));
  CHECK(read_file(run.folder / "f.partial.old").substr(0, bytes.size()) == bytes);
}

TEST_CASE("a new download can begin where another one's last checkpoint still waits") {
  const bool no_locks = GENERATE(false, true);
  Run run(no_locks);
  run.create();
  REQUIRE(run.sink->write(0, bytes_of(content(1000))));
  run.sink->checkpoint(nullptr);
  run.sink->retire();
  REQUIRE(run.target->set_partial_aside());
  run.sink.reset();
  run.create();
  run.workers.run_all();
  const auto sidecar = store::parse_sidecar(read_file(run.folder / "f.partial.json"));
  REQUIRE(sidecar);
  CHECK(sidecar->claimed().empty());
}

TEST_CASE("what no sidecar claims leaves the page cache before a later run writes there") {
  Run run;
  run.create();
  REQUIRE(run.sink->write(1000, bytes_of(content(2000))));
  run.sink->checkpoint(nullptr);
  run.workers.run_all();
  run.sink.reset();
  auto partial = run.target->open_partial();
  REQUIRE((partial && *partial));
  auto resumed = PartialSink::resume(*run.target, run.workers.disk, run.workers.hashing,
                                     *std::move(*partial), representation_of(kSize), {});
  REQUIRE(resumed);
  CHECK(run.script.happened("drop 0-1000"));
  CHECK(run.script.happened("drop 3000-" + std::to_string(kSize)));
  CHECK_FALSE(run.script.happened("drop 1000-3000"));
}

TEST_CASE("a retired sink is not put under the final name") {
  Run run;
  run.create();
  REQUIRE(run.sink->write(0, bytes_of(content(kSize))));
  run.sink->retire();
  Outcome finished;
  run.sink->finish(kSize, finished.record());
  run.workers.run_all();
  CHECK(finished.code() == ErrorCode::Disk);
  CHECK_FALSE(exists(run.folder / "f"));
}

TEST_CASE("a partial that cannot be locked is not left behind") {
  Run run(true);
  write_file(run.folder / "f.partial.lock", "");
  auto refused = run.try_create(run.workers.disk);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Busy);
  CHECK(run.left() == std::vector<std::string>{"f.partial.lock"});
}

TEST_CASE("a new partial that another process put away before it was locked is left alone") {
  Run run;
  const std::string partial = run.folder / "f.partial";
  run.script.before = [&](const std::string& step) {
    if (step != "lock f.partial") return;
    std::filesystem::remove(partial);
    write_file(partial, "the other one's");
  };
  auto refused = run.try_create(run.workers.disk);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Busy);
  CHECK(run.left() == std::vector<std::string>{"f.partial"});
  CHECK(read_file(partial) == "the other one's");
}

TEST_CASE("what another download finished just now is neither fetched again nor replaced") {
  Run run;
  write_file(run.folder / "f", "whole");
  auto refused = run.try_create(run.workers.disk);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Exists);
  CHECK(run.left() == std::vector<std::string>{"f"});
  CHECK(read_file(run.folder / "f") == "whole");
}
