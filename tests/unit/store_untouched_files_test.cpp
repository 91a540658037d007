// UntouchedFileSystem: what is done to it shows, and is not done.
#include "store/untouched_files.hpp"
#include "store_fixture.hpp"

using namespace store_test;

namespace {

struct Untouched {
  TemporaryFolder folder;
  store::PosixFileSystem disk;
  store::UntouchedFileSystem files{disk};

  [[nodiscard]] std::shared_ptr<core::Folder> open(const std::string& path = "") {
    auto opened = files.open_folder(folder / path);
    REQUIRE(opened);
    return *opened;
  }
};

bool there(core::Folder& folder, const std::string& name) {
  const auto info = folder.info(name);
  REQUIRE(info);
  return info->has_value();
}

std::string text_of(core::Folder& folder, const std::string& name) {
  auto file = folder.open(name, core::Access::Read);
  REQUIRE(file);
  std::string text(100, '\0');
  const auto count = (*file)->read_at(0, std::as_writable_bytes(std::span(text)));
  REQUIRE(count);
  return text.substr(0, *count);
}

}  // namespace

TEST_CASE("a file that is renamed is found under its new name, and stays on the disk") {
  Untouched on;
  write_file(on.folder / "a", "bytes");
  const auto folder = on.open();
  REQUIRE(folder->rename_no_replace("a", "b"));
  CHECK_FALSE(there(*folder, "a"));
  CHECK(text_of(*folder, "b") == "bytes");
  REQUIRE(folder->rename("b", "c"));
  CHECK(text_of(*folder, "c") == "bytes");
  CHECK(folder->rename("b", "d").error().number == ENOENT);
  CHECK(exists(on.folder / "a"));
  CHECK_FALSE(exists(on.folder / "c"));
}

TEST_CASE("nothing is renamed over a file unasked, whether it is on the disk or made here") {
  Untouched on;
  write_file(on.folder / "a", "");
  write_file(on.folder / "b", "");
  const auto folder = on.open();
  CHECK(folder->rename_no_replace("a", "b").error().number == EEXIST);
  REQUIRE(folder->create("c", 0600));
  CHECK(folder->rename_no_replace("a", "c").error().number == EEXIST);
}

TEST_CASE("a file that is linked or cloned has another name and length, and not on the disk") {
  Untouched on;
  write_file(on.folder / "a", "bytes");
  const auto folder = on.open();
  const auto file = folder->open("a", core::Access::Read);
  REQUIRE(folder->link(**file, "b"));
  CHECK((*folder->info("b"))->size == 5);
  CHECK(folder->link(**file, "a").error().number == EEXIST);
  const auto made = folder->create("c", 0600);
  REQUIRE((*made)->clone(**file));
  CHECK((*folder->info("c"))->size == 5);
  CHECK_FALSE(exists(on.folder / "b"));
  CHECK_FALSE(exists(on.folder / "c"));
}

TEST_CASE("a file that is removed is gone, and stays on the disk") {
  Untouched on;
  write_file(on.folder / "a", "bytes");
  const auto folder = on.open();
  REQUIRE(folder->remove("a"));
  CHECK_FALSE(there(*folder, "a"));
  CHECK(folder->open("a", core::Access::Read).error().number == ENOENT);
  CHECK(folder->create("a", 0600));
  CHECK(read_file(on.folder / "a") == "bytes");
}

TEST_CASE("a file that is made is there, as long as what was written, and not on the disk") {
  Untouched on;
  const auto folder = on.open();
  auto file = folder->create("new", 0600);
  REQUIRE(file);
  REQUIRE((*file)->write_at(10, bytes_of("bytes")));
  CHECK((*file)->info()->size == 15);
  CHECK((*file)->info()->inode == (*folder->info("new"))->inode);
  CHECK((*file)->lock() == core::LockOutcome::Locked);
  CHECK(folder->create("new", 0600).error().number == EEXIST);
  CHECK_FALSE(exists(on.folder / "new"));
}

TEST_CASE("what is written to a file on the disk, or set on it, is forgotten") {
  Untouched on;
  write_file(on.folder / "a", "bytes");
  const auto folder = on.open();
  const auto before = *folder->info("a");
  auto file = folder->open("a", core::Access::ReadWrite);
  REQUIRE(file);
  CHECK((*file)->write_at(0, bytes_of("other")));
  CHECK((*file)->truncate(1));
  CHECK((*file)->preallocate(1 << 20, Preallocate::Full));
  CHECK((*file)->set_mode(0777));
  CHECK((*file)->set_attribute("user.a", "b"));
  CHECK(read_file(on.folder / "a") == "bytes");
  CHECK((*folder->info("a"))->mode == before->mode);
  CHECK_FALSE((*file)->attribute("user.a"));
}

TEST_CASE("a lock of another's is seen, and none is taken") {
  Untouched on;
  write_file(on.folder / "a", "");
  const auto untouched = on.open();
  auto looked = untouched->open("a", core::Access::ReadWrite);
  REQUIRE(looked);
  CHECK((*looked)->lock() == core::LockOutcome::Locked);
  auto real = (*on.disk.open_folder(on.folder.path()))->open("a", core::Access::ReadWrite);
  REQUIRE(real);
  CHECK((*real)->lock() == core::LockOutcome::Locked);  // though the other one is still open
  CHECK((*looked)->lock() == core::LockOutcome::HeldByOther);
}

TEST_CASE("a folder that could be made is there and empty, and one that could not is none") {
  Untouched on;
  write_file(on.folder / "file", "");
  const auto folder = on.open("a/b/");
  CHECK_FALSE(there(*folder, "file"));
  CHECK(folder->writable());
  CHECK(folder->create("file", 0600));
  CHECK_FALSE(exists(on.folder / "a"));
  CHECK(on.files.open_folder(on.folder / "file/b").error().number == ENOTDIR);
}
