#include <catch2/catch.hpp>

#include "store/commit_group.hpp"
#include "store_fixture.hpp"

using namespace store_test;
using store::Checkpointer;
using store::Commit;
using store::CommitGroup;

namespace {

// Small files that are whole under their partial names.
struct Files {
  TemporaryFolder here;
  Script script;
  ScriptedFileSystem files{script};
  Workers workers;
  CommitGroup group{workers.disk};
  std::vector<Outcome> outcomes;

  Files() { outcomes.reserve(10); }

  void add(const std::string& name) {
    auto folder = files.open_folder(here.path());
    REQUIRE(folder);
    auto file = (*folder)->create(name + ".partial", 0600);
    REQUIRE(file);
    REQUIRE((*file)->write_at(0, bytes_of("abc")));
    store::PartialFiles names;
    names.file = *std::move(file);
    names.folder = names.sidecar_folder = *folder;
    names.path = here / name;
    names.name = name;
    names.partial_name = name + ".partial";
    names.sidecar_name = name + ".partial.json";
    Commit commit;
    commit.size = 3;
    group.add(std::make_shared<Checkpointer>(std::move(names)), std::move(commit),
              outcomes.emplace_back().record());
  }
  // The first is alone: it begins at once. What comes while it runs is the next group.
  void add_group_of(int count) {
    add("first");
    for (int i = 1; i <= count; ++i) add("f" + std::to_string(i));
    script.log.clear();
    workers.run_all();
  }
  [[nodiscard]] bool stands(const std::string& name) const {
    return std::filesystem::exists(here / name);
  }
};

}  // namespace

TEST_CASE("a group of files is synced once, before any of them gets its name") {
  Files files;
  files.add_group_of(4);
  for (const Outcome& outcome : files.outcomes) CHECK(outcome.ok());
  const Script& script = files.script;
  const auto synced = script.position("sync file system");
  CHECK_FALSE(script.happened("sync f1.partial"));
  CHECK(std::count(script.log.begin(), script.log.end(), "sync file system") == 1);
  for (const char* name : {"f1", "f2", "f3", "f4"}) {
    const std::string partial = std::string(name) + ".partial";
    CHECK(script.position("mode " + partial) < synced);
    CHECK(script.position("check " + partial) > synced);
    CHECK(script.position("rename " + partial + " " + name) > script.position("check f4.partial"));
    CHECK(files.stands(name));
  }
  CHECK(script.position("sync folder", script.position("rename f4.partial f4")) <
        script.log.size());
}

TEST_CASE("very few files, and those of a network's file system, are synced one by one") {
  Files files;
  SECTION("few") { files.add_group_of(2); }
  SECTION("on a file system that a sync of the whole says nothing of") {
    files.files.synced_as_a_whole = false;
    files.add_group_of(5);
  }
  for (const Outcome& outcome : files.outcomes) CHECK(outcome.ok());
  CHECK(files.script.happened("sync f2.partial"));
  CHECK_FALSE(files.script.happened("sync file system"));
}

TEST_CASE("where the file system cannot be synced no file of the group gets its name") {
  Files files;
  files.script.fail = "sync file system";
  files.add_group_of(3);
  CHECK(files.outcomes[0].ok());
  for (int i = 1; i <= 3; ++i) {
    CHECK(files.outcomes[static_cast<std::size_t>(i)].code() == ErrorCode::Disk);
    CHECK_FALSE(files.stands("f" + std::to_string(i)));
  }
}

TEST_CASE("one file that could not be written back does not stop the others") {
  Files files;
  files.script.fail = "check f2.partial";
  files.add_group_of(3);
  CHECK(files.outcomes[1].ok());
  CHECK(files.outcomes[2].code() == ErrorCode::Disk);
  CHECK(files.outcomes[3].ok());
  CHECK_FALSE(files.stands("f2"));
  CHECK(files.stands("f3"));
}

TEST_CASE("a name that is taken meanwhile refuses that file alone") {
  Files files;
  write_file(files.here / "f1", "another's");
  files.add_group_of(3);
  CHECK(files.outcomes[1].code() == ErrorCode::Exists);
  CHECK(files.outcomes[2].ok());
  CHECK(read_file(files.here / "f1") == "another's");
}
