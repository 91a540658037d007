#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "store_fixture.hpp"

using namespace store_test;
using store::Target;

namespace {

std::unique_ptr<Target> open_target(const std::string& path, const std::string& checkpoints = "") {
  store::PosixFileSystem files;
  auto target = Target::open(files, path, checkpoints);
  REQUIRE(target);
  return std::move(*target);
}

Error refusal(const std::string& path) {
  store::PosixFileSystem files;
  auto target = Target::open(files, path, "");
  REQUIRE_FALSE(target);
  return target.error();
}

store::Sidecar example_sidecar() {
  store::Sidecar sidecar;
  sidecar.generation = 1;
  sidecar.size = 1U << 20;
  sidecar.piece_length = 1U << 20;
  return sidecar;
}

}  // namespace

TEST_CASE("a folder that is missing is made") {
  TemporaryFolder here;
  const auto target = open_target(here / "some/new/f");
  CHECK(std::filesystem::is_directory(here / "some/new"));
  write_file(here / "file", "");
  CHECK(refusal(here / "file/f").code == ErrorCode::Disk);
}

TEST_CASE("a path that names a folder is refused") {
  TemporaryFolder here;
  CHECK(refusal(here / "").code == ErrorCode::Usage);
  CHECK(refusal(here / ".").code == ErrorCode::Usage);
  CHECK(refusal(here / "..").code == ErrorCode::Usage);
}

TEST_CASE("a name too long for what stands beside it is refused in words") {
  TemporaryFolder here;
  const Error error = refusal(here / std::string(250, 'n'));
  CHECK(error.code == ErrorCode::Usage);
  CHECK(error.cause.find("255") != std::string::npos);
}

TEST_CASE("a name too long for its sidecar alone gets a hashed one that fits") {
  TemporaryFolder here;
  const std::string name = std::string(238, 'n') + "\xc3\xa9";
  auto target = open_target(here / name);
  const std::string& sidecar = target->sidecar_name();
  CHECK(sidecar.size() + 4 <= 255);
  CHECK(sidecar.ends_with(".partial.json"));
  CHECK(sidecar != name + ".partial.json");
  CHECK(open_target(here / name)->sidecar_name() == sidecar);
  CHECK(open_target(here / ("x" + name.substr(1)))->sidecar_name() != sidecar);
}

TEST_CASE("in a checkpoint folder the sidecar's name carries a hash of the target's path") {
  TemporaryFolder here;
  const std::string checkpoints = here / "made/if/missing";
  auto one = open_target(here / "f", checkpoints);
  REQUIRE(::mkdir((here / "other").c_str(), 0700) == 0);
  auto other = open_target(here / "other/f", checkpoints);
  CHECK(exists(checkpoints));
  CHECK(one->sidecar_name() != other->sidecar_name());
  CHECK(one->sidecar_name().size() == std::string("f..partial.json").size() + 16);
  CHECK(open_target(here / "other/../f", checkpoints)->sidecar_name() == one->sidecar_name());
}

TEST_CASE("what is no regular file under the final name is refused") {
  TemporaryFolder here;
  REQUIRE(::symlink("elsewhere", (here / "link").c_str()) == 0);
  CHECK_FALSE(open_target(here / "link")->existing());
  REQUIRE(::mkdir((here / "folder").c_str(), 0700) == 0);
  CHECK_FALSE(open_target(here / "folder")->existing());
  auto absent = open_target(here / "absent")->existing();
  REQUIRE(absent);
  CHECK_FALSE(*absent);
  write_file(here / "file", "x");
  auto file = open_target(here / "file")->existing();
  REQUIRE((file && *file));
  CHECK((*file)->size == 1);
}

TEST_CASE("a symbolic link, a hard link or a folder in the way of the partial is refused") {
  TemporaryFolder here;
  write_file(here / "victim", "precious");
  REQUIRE(::symlink("victim", (here / "a.partial").c_str()) == 0);
  REQUIRE(::link((here / "victim").c_str(), (here / "b.partial").c_str()) == 0);
  REQUIRE(::mkdir((here / "c.partial").c_str(), 0700) == 0);
  for (const char* name : {"a", "b", "c"}) {
    auto partial = open_target(here / name)->open_partial();
    REQUIRE_FALSE(partial);
    CHECK(partial.error().code == ErrorCode::Disk);
  }
  CHECK(read_file(here / "victim") == "precious");
}

TEST_CASE("a partial comes with its sidecar only if that one is sound and names it") {
  TemporaryFolder here;
  auto target = open_target(here / "f");
  auto absent = target->open_partial();
  REQUIRE(absent);
  CHECK_FALSE(*absent);
  write_file(here / "f.partial", "bytes");

  const auto problem = [&] {
    auto partial = target->open_partial();
    REQUIRE((partial && *partial));
    CHECK((*partial)->size == 5);
    CHECK((*partial)->sidecar.has_value() == (*partial)->sidecar_problem.empty());
    return (*partial)->sidecar_problem;
  };
  CHECK(problem() == "there is no sidecar");
  write_file(here / "f.partial.json", "");
  CHECK(problem() == "the sidecar is not believed: it is torn or garbled");
  store::Sidecar sidecar = example_sidecar();
  write_file(here / "f.partial.json", serialise(sidecar));
  CHECK(problem().empty());
  ++sidecar.inode;  // moved
  write_file(here / "f.partial.json", serialise(sidecar));
  CHECK(problem().empty());
  write_file(here / "f.partial.json", std::string(store::kMaxSidecarBytes + 1, ' '));
  CHECK(problem() == "the sidecar is too large to be one of xget's");
  REQUIRE(::unlink((here / "f.partial.json").c_str()) == 0);
  write_file(here / "planted", serialise(example_sidecar()));
  REQUIRE(::symlink("planted", (here / "f.partial.json").c_str()) == 0);
  CHECK_THAT(problem(), Catch::Contains("symbolic link"));
  REQUIRE(::unlink((here / "f.partial.json").c_str()) == 0);
  REQUIRE(::mkfifo((here / "f.partial.json").c_str(), 0600) == 0);
  CHECK(problem() == "the sidecar is no regular file of this user");
}

TEST_CASE("a second download to the same target is told that the first one runs") {
  TemporaryFolder here;
  write_file(here / "f.partial", "bytes");
  auto first = open_target(here / "f")->open_partial();
  REQUIRE((first && *first));
  auto second = open_target(here / "f")->open_partial();
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::Busy);
  first->reset();
  CHECK(open_target(here / "f")->open_partial());
}

TEST_CASE("where there are no locks a lock file stands in and goes when the partial is closed") {
  TemporaryFolder here;
  write_file(here / "f.partial", "bytes");
  Script script;
  ScriptedFileSystem files(script);
  files.no_locks = true;
  auto target = Target::open(files, here / "f", "");
  REQUIRE(target);
  {
    auto first = (*target)->open_partial();
    REQUIRE((first && *first));
    CHECK(exists(here / "f.partial.lock"));
    auto second = (*target)->open_partial();
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::Busy);
    CHECK(second.error().remedy.find("f.partial.lock") != std::string::npos);
    CHECK(exists(here / "f.partial.lock"));
  }
  CHECK_FALSE(exists(here / "f.partial.lock"));
  CHECK((*target)->open_partial());
}

TEST_CASE("the lock file that is in the way of an adoption is named as it is called") {
  TemporaryFolder here;
  write_file(here / "f", "bytes");
  write_file(here / "f.partial.lock", "");
  Script script;
  ScriptedFileSystem files(script);
  files.no_locks = true;
  auto target = Target::open(files, here / "f", "");
  REQUIRE(target);
  auto adopted = (*target)->adopt_existing();
  REQUIRE_FALSE(adopted);
  CHECK(adopted.error().remedy.find("f.partial.lock") != std::string::npos);
}

TEST_CASE("a partial that is the whole file's second name is cleared away") {
  TemporaryFolder here;
  write_file(here / "f", "whole");
  REQUIRE(::link((here / "f").c_str(), (here / "f.partial").c_str()) == 0);
  store::Sidecar sidecar = example_sidecar();
  sidecar.committing = true;
  write_file(here / "f.partial.json", serialise(sidecar));
  auto partial = open_target(here / "f")->open_partial();
  REQUIRE(partial);
  CHECK_FALSE(*partial);
  CHECK(read_file(here / "f") == "whole");
  CHECK_FALSE(exists(here / "f.partial"));
  CHECK_FALSE(exists(here / "f.partial.json"));
}

TEST_CASE("looking at a whole file clears its second name away too") {
  TemporaryFolder here;
  write_file(here / "f.partial", "whole");
  std::filesystem::create_hard_link(here / "f.partial", here / "f");
  CHECK(*open_target(here / "f")->existing());
  CHECK(read_file(here / "f") == "whole");
  CHECK_FALSE(exists(here / "f.partial"));
}

TEST_CASE("a committing sidecar whose partial has become the file is removed, another is not") {
  TemporaryFolder here;
  write_file(here / "f", "whole");
  store::Sidecar sidecar = example_sidecar();
  write_file(here / "f.partial.json", serialise(sidecar));
  CHECK(open_target(here / "f")->open_partial());
  CHECK(exists(here / "f.partial.json"));
  sidecar.committing = true;
  write_file(here / "f.partial.json", serialise(sidecar));
  CHECK(open_target(here / "f")->open_partial());
  CHECK_FALSE(exists(here / "f.partial.json"));
  CHECK(read_file(here / "f") == "whole");
}

TEST_CASE("an existing file is adopted as the partial, locked and without an old sidecar") {
  TemporaryFolder here;
  write_file(here / "f", "from a browser");
  write_file(here / "f.partial.json", "old");
  auto target = open_target(here / "f");
  auto partial = target->adopt_existing();
  REQUIRE(partial);
  CHECK(partial->size == 14);
  CHECK_FALSE(partial->sidecar);
  CHECK_FALSE(exists(here / "f"));
  CHECK_FALSE(exists(here / "f.partial.json"));
  CHECK(read_file(here / "f.partial") == "from a browser");
  CHECK_FALSE(open_target(here / "f")->open_partial());
}

TEST_CASE("adopting replaces no partial and follows no link") {
  TemporaryFolder here;
  write_file(here / "f", "file");
  write_file(here / "f.partial", "partial");
  CHECK_FALSE(open_target(here / "f")->adopt_existing());
  CHECK(read_file(here / "f") == "file");
  CHECK(read_file(here / "f.partial") == "partial");
  REQUIRE(::symlink("f", (here / "g").c_str()) == 0);
  CHECK_FALSE(open_target(here / "g")->adopt_existing());
  REQUIRE(::link((here / "f").c_str(), (here / "h").c_str()) == 0);
  CHECK_FALSE(open_target(here / "h")->adopt_existing());
}

TEST_CASE("a partial that a crash left half set aside, under both names, is gone on with") {
  TemporaryFolder here;
  auto target = open_target(here / "f");
  write_file(here / "f.partial", "old version");
  REQUIRE(target->set_partial_aside());
  std::filesystem::create_hard_link(here / "f.partial.old", here / "f.partial");
  auto partial = target->open_partial();
  REQUIRE((partial && *partial));
  CHECK((*partial)->size == 11);
  CHECK_FALSE(exists(here / "f.partial.old"));
  REQUIRE(target->set_partial_aside());
  CHECK(read_file(here / "f.partial.old") == "old version");
}

TEST_CASE("a partial set aside keeps its bytes under .old until it is removed") {
  TemporaryFolder here;
  auto target = open_target(here / "f");
  write_file(here / "f.partial", "older version");
  REQUIRE(target->set_partial_aside());
  write_file(here / "f.partial", "old version");
  write_file(here / "f.partial.json", "{}");
  REQUIRE(target->set_partial_aside());
  CHECK_FALSE(exists(here / "f.partial"));
  CHECK_FALSE(exists(here / "f.partial.json"));
  CHECK(read_file(here / "f.partial.old") == "old version");
  REQUIRE(target->remove_old());
  CHECK(std::filesystem::is_empty(here.path()));
  CHECK(target->remove_old());
  CHECK(target->discard_partial());
}
