#include <sys/stat.h>

#include "store/replace_file.hpp"
#include "store_fixture.hpp"

using namespace store_test;

namespace {

struct Replacement {
  TemporaryFolder here;
  Script script;
  std::shared_ptr<core::Folder> folder;

  Replacement() {
    write_file(here / "f", "old");
    auto opened = ScriptedFileSystem(script).open_folder(here.path());
    REQUIRE(opened);
    folder = *std::move(opened);
  }

  Result<void> operator()() { return store::replace_file(*folder, "f", "f.draft", "new"); }
};

const std::vector<std::string> kSteps{"remove f.draft", "create f.draft",   "write f.draft",
                                      "sync f.draft",   "rename f.draft f", "sync folder"};

}  // namespace

TEST_CASE("a file is replaced by one that is on stable storage already") {
  Replacement replace;
  write_file(replace.here / "f.draft", "what a crash left");
  REQUIRE(replace());
  CHECK(replace.script.log == kSteps);
  CHECK(read_file(replace.here / "f") == "new");
  CHECK_FALSE(exists(replace.here / "f.draft"));
  struct stat status {};
  REQUIRE(::stat((replace.here / "f").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("a replacement that fails leaves the old text and no draft") {
  for (std::size_t failing = 0; failing + 1 < kSteps.size(); ++failing) {
    INFO(kSteps[failing]);
    Replacement replace;
    replace.script.fail = kSteps[failing];
    CHECK_FALSE(replace());
    CHECK(read_file(replace.here / "f") == "old");
    CHECK_FALSE(exists(replace.here / "f.draft"));
  }
}

TEST_CASE("a crash in the middle of a replacement leaves the old text or the new one") {
  for (std::size_t steps = 0; steps <= kSteps.size(); ++steps) {
    INFO(steps);
    Replacement replace;
    replace.script.dies_after = steps;
    CHECK(replace().has_value() == (steps == kSteps.size()));
    CHECK(read_file(replace.here / "f") == (steps > 4 ? "new" : "old"));
    replace.script.dies_after = SIZE_MAX;
    CHECK(replace());
  }
}
