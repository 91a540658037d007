// What xget set aside goes again, and nobody else's file does.
#include "store/set_aside.hpp"
#include "store_fixture.hpp"

using namespace store_test;
using store::remove_set_aside;
using store::set_partial_aside;

namespace {

struct Aside {
  TemporaryFolder here;
  Script script;
  std::shared_ptr<core::Folder> folder;

  Aside() {
    auto opened = ScriptedFileSystem(script).open_folder(here.path());
    REQUIRE(opened);
    folder = *std::move(opened);
  }

  Result<void> set(const std::string& partial) {
    write_file(here / "f.partial", partial);
    return set_partial_aside(*folder, "f", here / "f");
  }
  Result<void> remove() { return remove_set_aside(*folder, "f"); }
  [[nodiscard]] std::string old() const { return read_file(here / "f.partial.old"); }
  [[nodiscard]] bool empty() const { return std::filesystem::is_empty(here.path()); }
};

using namespace std::chrono_literals;

constexpr std::size_t kMostSteps = 20;

}  // namespace

TEST_CASE("somebody else's file is neither removed nor replaced by what is set aside") {
  Aside aside;
  write_file(aside.here / "f.partial.old", "a whole download");
  REQUIRE(aside.remove());
  CHECK(aside.old() == "a whole download");
  const auto refused = aside.set("old version");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Disk);
  CHECK(refused.error().number == EEXIST);
  CHECK(refused.error().subject == aside.here / "f.partial.old");
  CHECK_FALSE(refused.error().remedy.empty());
  CHECK(aside.old() == "a whole download");
  CHECK(read_file(aside.here / "f.partial") == "old version");
  CHECK_FALSE(exists(aside.here / "f.partial.mark"));
}

TEST_CASE("a link or a folder in the place of what is set aside is left alone") {
  for (const bool link : {true, false}) {
    Aside aside;
    write_file(aside.here / "victim", "victim");
    if (link) {
      std::filesystem::create_symlink("victim", aside.here / "f.partial.old");
    } else {
      std::filesystem::create_directory(aside.here / "f.partial.old");
    }
    CHECK_FALSE(aside.set("old version"));
    CHECK(aside.remove());
    CHECK(exists(aside.here / "f.partial.old"));
    CHECK(read_file(aside.here / "victim") == "victim");
  }
}

TEST_CASE("a file that took the place of what was set aside is somebody else's") {
  Aside aside;
  REQUIRE(aside.set("old version"));
  SECTION("another file") {
    write_file(aside.here / "other", "old version");
    std::filesystem::rename(aside.here / "other", aside.here / "f.partial.old");
  }
  SECTION("the same inode, changed since then") {
    const std::filesystem::path old = aside.here / "f.partial.old";
    std::filesystem::last_write_time(old, std::filesystem::last_write_time(old) + 1s);
  }
  REQUIRE(aside.remove());
  CHECK(aside.old() == "old version");
  CHECK_FALSE(exists(aside.here / "f.partial.mark"));
}

TEST_CASE("what is called as a mark and is none is left alone") {
  Aside aside;
  write_file(aside.here / "f.partial.mark", "notes of a user");
  CHECK(aside.remove());
  const auto refused = aside.set("old version");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().subject == aside.here / "f.partial.mark");
  CHECK(read_file(aside.here / "f.partial.mark") == "notes of a user");
  CHECK(read_file(aside.here / "f.partial") == "old version");
}

TEST_CASE("a mark whose file is gone is cleared away") {
  Aside aside;
  REQUIRE(aside.set("old version"));
  std::filesystem::remove(aside.here / "f.partial.old");
  REQUIRE(aside.remove());
  CHECK(aside.empty());
}

TEST_CASE("after a crash at any step of setting aside, the next one can set aside and remove") {
  std::size_t crashes = 0;
  for (; crashes < kMostSteps; ++crashes) {
    INFO(crashes);
    Aside aside;
    REQUIRE(aside.set("older"));
    aside.script.log.clear();
    aside.script.dies_after = crashes;
    const bool done = aside.set("old").has_value();
    aside.script.dies_after = SIZE_MAX;
    CHECK((exists(aside.here / "f.partial") || aside.old() == "old"));
    REQUIRE(aside.set("new"));
    CHECK(aside.old() == "new");
    REQUIRE(aside.remove());
    CHECK(aside.empty());
    if (done) break;
  }
  CHECK(crashes > 5);
  CHECK(crashes < kMostSteps);
}

TEST_CASE("after a crash at any step of the removal, the next one removes the rest") {
  std::size_t crashes = 0;
  for (; crashes < kMostSteps; ++crashes) {
    INFO(crashes);
    Aside aside;
    REQUIRE(aside.set("old"));
    aside.script.log.clear();
    aside.script.dies_after = crashes;
    const bool done = aside.remove().has_value();
    aside.script.dies_after = SIZE_MAX;
    REQUIRE(aside.remove());
    CHECK(aside.empty());
    if (done) break;
  }
  CHECK(crashes == 3);
}

TEST_CASE("a mark that a crash cut off is one all the same") {
  for (std::size_t length = 0; length < 60; length += 7) {
    Aside aside;
    REQUIRE(aside.set("old"));
    std::filesystem::remove(aside.here / "f.partial.old");
    std::filesystem::resize_file(aside.here / "f.partial.mark", length);
    REQUIRE(aside.set("new"));
    REQUIRE(aside.remove());
    CHECK(aside.empty());
  }
}

TEST_CASE("a mark is on stable storage before the rename, and outlives what it is about") {
  Aside aside;
  REQUIRE(aside.set("old"));
  const Script& script = aside.script;
  CHECK(script.position("sync f.partial") < script.position("sync f.partial.mark"));
  CHECK(script.position("sync f.partial.mark") < script.position("sync folder"));
  CHECK(script.position("sync folder") < script.position("rename f.partial f.partial.old"));
  aside.script.log.clear();
  REQUIRE(aside.remove());
  CHECK(script.log ==
        std::vector<std::string>{"remove f.partial.old", "sync folder", "remove f.partial.mark"});
}
