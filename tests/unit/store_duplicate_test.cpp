// Duplicate: a file that is made from another one, and what keeps a wrong one from being made.
#include <optional>

#include "base/partial_names.hpp"
#include "store/duplicate.hpp"
#include "store_partial_fixture.hpp"

using namespace store_test;
using store::Duplicate;
using store::Duplicated;
using store::NoDuplicate;

namespace {

// "a" is finished, and "b" is to have the same bytes.
struct Making {
  TemporaryFolder folder;
  std::string bytes = content(9 * kMiB + 7);
  Script script;
  ScriptedFileSystem files{script};
  Workers workers;
  store::CommitGroup commits{workers.disk};
  std::unique_ptr<store::Target> target;
  core::Original original;
  store::DuplicateSettings settings;
  std::optional<store::DuplicateOutcome> outcome;
  std::shared_ptr<Duplicate> duplicate;

  Making() {
    write_file(a(), bytes);
    original = {a(), *info("a")};
    settings.digest = {DigestAlgorithm::Sha256, sha256(bytes)};
    auto opened = store::Target::open(files, b(), "");
    REQUIRE(opened);
    target = *std::move(opened);
  }

  [[nodiscard]] std::string a() const { return folder / "a"; }
  [[nodiscard]] std::string b() const { return folder / "b"; }
  [[nodiscard]] std::string draft() const { return folder / "b.partial.copy"; }

  [[nodiscard]] std::optional<core::FileInfo> info(const std::string& name) const {
    store::PosixFileSystem disk;
    const auto found = (*disk.open_folder(folder.path()))->info(name);
    REQUIRE(found);
    return *found;
  }

  void begin(Dedupe as) {
    settings.as = as;
    duplicate = Duplicate::begin(*target, {files, workers.disk, workers.hashing, commits}, original,
                                 settings, [this](store::DuplicateOutcome ended) {
                                   REQUIRE_FALSE(outcome);
                                   outcome = std::move(ended);
                                 });
  }
  void make(Dedupe as) {
    begin(as);
    workers.run_all();
    duplicate.reset();
    REQUIRE(outcome);
  }
  [[nodiscard]] const Duplicated& made() const {
    REQUIRE(std::holds_alternative<Duplicated>(*outcome));
    CHECK(read_file(b()) == bytes);
    CHECK_FALSE(exists(draft()));
    return std::get<Duplicated>(*outcome);
  }
  [[nodiscard]] std::string why_not() const {
    REQUIRE(std::holds_alternative<NoDuplicate>(*outcome));
    CHECK_FALSE(exists(b()));
    return std::get<NoDuplicate>(*outcome).why;
  }
  [[nodiscard]] const Error& error() const {
    REQUIRE(std::holds_alternative<Error>(*outcome));
    return std::get<Error>(*outcome);
  }
};

}  // namespace

TEST_CASE("a link is one file with the original, of which nothing is changed") {
  Making making;
  making.settings.commit.mode = 0400;
  making.make(Dedupe::Link);
  CHECK(making.made().as == Dedupe::Link);
  CHECK(making.info("b")->inode == making.info("a")->inode);
  CHECK(making.info("a")->mode != 0400);
  CHECK(making.info("a")->mtime_ns == making.original.info.mtime_ns);
  CHECK_FALSE(making.script.happened("write b.partial.copy"));
}

TEST_CASE("a copy is a file of its own, synced before it has its name") {
  Making making;
  making.settings.commit.mode = 0640;
  making.make(Dedupe::Copy);
  CHECK(making.made().as == Dedupe::Copy);
  CHECK(making.made().why_copied == "");
  const auto a = *making.info("a");
  const auto b = *making.info("b");
  CHECK(b.inode != a.inode);
  CHECK(b.mode == 0640);
  CHECK(b.mtime_ns / 1'000'000'000 == a.mtime_ns / 1'000'000'000);
  const Script& script = making.script;
  const auto synced = script.position("sync b.partial.copy");
  const auto named = script.position("rename b.partial.copy b");
  CHECK(synced < named);
  CHECK(script.position("sync folder", named) < script.log.size());
}

TEST_CASE("of a copy the time may be its own") {
  Making making;
  std::filesystem::last_write_time(making.a(), {});
  making.original.info = *making.info("a");
  making.settings.original_time = false;
  making.make(Dedupe::Copy);
  static_cast<void>(making.made());
  CHECK(making.info("b")->mtime_ns != making.info("a")->mtime_ns);
}

TEST_CASE("what cannot be linked or cloned is copied, and that is told") {
  Making making;
  SECTION("linked") {
    making.script.fail = "link b.partial.copy";
    making.script.fail_with = EXDEV;
    making.make(Dedupe::Link);
  }
  SECTION("cloned") {
    making.script.fail = "clone b.partial.copy";
    making.script.fail_with = EOPNOTSUPP;
    making.make(Dedupe::Reflink);
  }
  CHECK(making.made().as == Dedupe::Copy);
  CHECK_THAT(making.made().why_copied, Catch::Contains("b.partial.copy"));
  CHECK(making.info("b")->inode != making.info("a")->inode);
}

TEST_CASE("a disk that fails is no reason to try another way") {
  Making making;
  for (const char* step : {"link b.partial.copy", "create b.partial.copy", "write b.partial.copy",
                           "sync b.partial.copy", "rename b.partial.copy b"}) {
    CAPTURE(step);
    making.script.fail = step;
    making.outcome.reset();
    making.make(std::string(step).starts_with("link") ? Dedupe::Link : Dedupe::Copy);
    CHECK(making.error().code == ErrorCode::Disk);
    CHECK_FALSE(exists(making.b()));
    making.script.fail.clear();
  }
  making.outcome.reset();
  CHECK_FALSE(exists(making.draft()));
  making.make(Dedupe::Copy);
  static_cast<void>(making.made());
}

TEST_CASE("an original that is another file by now, or was changed, is of no use") {
  Making making;
  const Dedupe as = GENERATE(Dedupe::Link, Dedupe::Reflink, Dedupe::Copy);
  SECTION("gone") { std::filesystem::remove(making.a()); }
  SECTION("longer") { write_file(making.a(), making.bytes + "x"); }
  SECTION("changed") {
    write_file(making.a(), content(making.bytes.size(), 2));
    std::filesystem::last_write_time(
        making.a(), std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  }
  SECTION("replaced") {
    write_file(making.folder / "c", making.bytes);
    std::filesystem::rename(making.folder / "c", making.a());
  }
  SECTION("a link by now") {
    std::filesystem::rename(making.a(), making.folder / "c");
    std::filesystem::create_symlink("c", making.a());
  }
  making.make(as);
  CHECK(making.why_not() != "");
  CHECK_FALSE(exists(making.draft()));
}

TEST_CASE("bytes that were changed under the same time are found when they are copied") {
  Making making;
  write_file(making.a(), content(making.bytes.size(), 2));
  making.original.info = *making.info("a");
  making.make(Dedupe::Copy);
  CHECK_THAT(making.why_not(), Catch::Contains("has other bytes by now"));
  CHECK_FALSE(exists(making.draft()));
}

TEST_CASE("a file that appeared meanwhile is not replaced unasked") {
  Making making;
  const Dedupe as = GENERATE(Dedupe::Link, Dedupe::Copy);
  write_file(making.b(), "mine");
  SECTION("it stays") {
    making.make(as);
    CHECK(making.error().code == ErrorCode::Exists);
    CHECK(making.error().kept == "");
    CHECK(read_file(making.b()) == "mine");
  }
  SECTION("another name will do") {
    making.settings.commit.another_name_will_do = true;
    making.make(as);
    CHECK(std::get<Duplicated>(*making.outcome).final_name == "b.1");
    CHECK(read_file(making.folder / "b.1") == making.bytes);
    CHECK(read_file(making.b()) == "mine");
  }
  SECTION("replaced where that was asked for") {
    making.settings.commit.replace_existing = true;
    making.make(as);
    static_cast<void>(making.made());
  }
  CHECK_FALSE(exists(making.draft()));
}

TEST_CASE("a link that replaces what is the same file already leaves one name") {
  Making making;
  std::filesystem::create_hard_link(making.a(), making.b());
  making.settings.commit.replace_existing = true;
  making.make(Dedupe::Link);
  static_cast<void>(making.made());
  CHECK(making.info("a")->links == 2);
}

TEST_CASE("what a crash left of a duplicate makes room, what is not xget's does not") {
  Making making;
  const Dedupe as = GENERATE(Dedupe::Link, Dedupe::Copy);
  SECTION("a part of a copy") {
    making.script.dies_after = 4;
    making.begin(Dedupe::Copy);
    making.workers.run_all();
    making.script.dies_after = SIZE_MAX;
    making.outcome.reset();
  }
  SECTION("an empty one") { write_file(making.draft(), ""); }
  SECTION("somebody's") {
    write_file(making.draft(), "mine");
    making.make(as);
    CHECK_THAT(making.why_not(), Catch::Contains("is in the way"));
    CHECK(read_file(making.draft()) == "mine");
    return;
  }
  making.make(as);
  static_cast<void>(making.made());
}

TEST_CASE("while another process makes the same copy it is busy") {
  Making making;
  store::PosixFileSystem disk;
  auto other = (*disk.open_folder(making.folder.path()))->create("b.partial.copy", 0600);
  REQUIRE(other);
  REQUIRE((*other)->lock());
  making.make(Dedupe::Copy);
  CHECK(making.error().code == ErrorCode::Busy);
  CHECK(exists(making.draft()));
}

TEST_CASE("where there are no locks a file stands in for one, and goes") {
  Making making;
  making.files.no_locks = true;
  auto opened = store::Target::open(making.files, making.b(), "");
  making.target = *std::move(opened);
  making.make(Dedupe::Copy);
  static_cast<void>(making.made());
  CHECK(making.script.happened("create b.partial.lock"));
  CHECK_FALSE(exists(making.folder / "b.partial.lock"));
}

TEST_CASE("where another one's lock file stands nothing is left behind") {
  Making making;
  making.files.no_locks = true;
  making.target = *store::Target::open(making.files, making.b(), "");
  write_file(making.folder / "b.partial.lock", "");
  making.make(Dedupe::Copy);
  CHECK(making.error().code == ErrorCode::Busy);
  CHECK_FALSE(exists(making.draft()));
}

TEST_CASE("an original that is cut while it is copied ends the copy") {
  Making making;
  making.begin(Dedupe::Copy);
  REQUIRE(making.workers.disk.run_one());
  std::filesystem::resize_file(making.a(), kMiB);
  making.workers.run_all();
  CHECK_THAT(making.why_not(), Catch::Contains("is shorter by now"));
}

TEST_CASE("a copy that is given up goes at once, and nothing is told") {
  Making making;
  making.begin(Dedupe::Copy);
  REQUIRE(making.workers.disk.run_one());
  REQUIRE(making.workers.hashing.run_one());
  CHECK(making.duplicate->copied() > 0);
  CHECK(exists(making.draft()));
  CHECK(making.duplicate->cancel());
  making.duplicate.reset();
  making.workers.run_all();
  CHECK_FALSE(making.outcome);
  CHECK_FALSE(exists(making.draft()));
  CHECK_FALSE(exists(making.b()));
}

TEST_CASE("one that is being given its name is not given up any more") {
  Making making;
  making.begin(Dedupe::Link);
  REQUIRE(making.workers.disk.run_one());
  CHECK_FALSE(making.duplicate->cancel());
  making.workers.run_all();
  CHECK(making.made().as == Dedupe::Link);
}

TEST_CASE("many links are synced at once") {
  Making making;
  std::vector<std::unique_ptr<store::Target>> targets;
  std::vector<std::shared_ptr<Duplicate>> links;
  making.settings.as = Dedupe::Link;
  int made = 0;
  for (int i = 0; i < 5; ++i) {
    targets.push_back(
        *store::Target::open(making.files, making.folder / ("f" + std::to_string(i)), ""));
    links.push_back(Duplicate::begin(
        *targets.back(),
        {making.files, making.workers.disk, making.workers.hashing, making.commits},
        making.original, making.settings, [&made](store::DuplicateOutcome) { ++made; }));
  }
  making.workers.run_all();
  CHECK(made == 5);
  CHECK(making.info("a")->links == 6);
  CHECK(std::count(making.script.log.begin(), making.script.log.end(), "sync folder") < 5);
}
