#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "engine/buffer_pool.hpp"
#include "store_fixture.hpp"

using namespace store_test;

namespace {

std::shared_ptr<core::Folder> open_folder(const std::string& path) {
  store::PosixFileSystem files;
  auto folder = files.open_folder(path);
  REQUIRE(folder);
  return *folder;
}

// A tmpfs of so many bytes; none where this process may not mount.
class TinyDisk {
 public:
  explicit TinyDisk(std::size_t bytes) {
    const std::string options = "size=" + std::to_string(bytes);
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options.c_str()) == 0;
  }
  ~TinyDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }
  [[nodiscard]] const std::string& path() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  bool mounted_ = false;
};

}  // namespace

TEST_CASE("those who use a folder at the same time share it") {
  TemporaryFolder here;
  store::PosixFileSystem files;
  const auto one = files.open_folder(here.path());
  const auto other = files.open_folder(here.path());
  REQUIRE((one && other));
  CHECK(*one == *other);
}

TEST_CASE("a folder that has taken another one's place is not taken for it") {
  TemporaryFolder here;
  store::PosixFileSystem files;
  const std::string path = here.path() + "/folder";
  REQUIRE(::mkdir(path.c_str(), 0777) == 0);
  const auto before = files.open_folder(path);
  REQUIRE(before);
  REQUIRE(::rename(path.c_str(), (path + ".away").c_str()) == 0);
  REQUIRE(::mkdir(path.c_str(), 0777) == 0);
  const auto after = files.open_folder(path);
  REQUIRE(after);
  REQUIRE((*after)->create("file", 0600));
  CHECK(::access((path + "/file").c_str(), F_OK) == 0);
}

TEST_CASE("bytes written at an offset are read back from there and end with the file") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  auto file = folder->create("f", 0600);
  REQUIRE(file);
  REQUIRE((*file)->write_at(5, bytes_of("hello")));
  std::string back(20, '?');
  auto got = (*file)->read_at(3, std::as_writable_bytes(std::span(back)));
  REQUIRE(got);
  CHECK(back.substr(0, *got) == std::string("\0\0hello", 7));
  CHECK((*file)->sync_data());
  CHECK((*file)->sync());
  CHECK(folder->sync());
  auto info = folder->info("f");
  REQUIRE((info && *info));
  CHECK((*info)->size == 10);
  CHECK((*info)->mode == 0600);
  CHECK((*info)->regular);
  CHECK((*info)->ours);
}

TEST_CASE(
    "what is written past the page cache is read back, and by way of it where there is no other") {
  TemporaryFolder here;
  auto file = open_folder(here.path())->create("f", 0600);
  REQUIRE(file);
  const std::string bytes = content(2 * core::kDirectAlignment);
  engine::BufferPool pool;
  const engine::BufferPool::Buffer buffer = pool.take();
  std::ranges::copy(bytes_of(bytes), buffer.get());
  REQUIRE((*file)->write_at(0, bytes_of("what stands there, in the cache")));
  static_cast<void>((*file)->direct_writes());
  REQUIRE((*file)->write_direct(0, {buffer.get(), bytes.size()}));
  // No file system takes such a length past its cache, so that it has to go the other way.
  REQUIRE((*file)->write_direct(bytes.size(), {buffer.get(), 100}));
  CHECK(read_file(here / "f") == bytes + bytes.substr(0, 100));
}

TEST_CASE("creating a name that is taken fails with EEXIST") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  REQUIRE(folder->create("f", 0600));
  auto second = folder->create("f", 0600);
  REQUIRE_FALSE(second);
  CHECK(second.error().number == EEXIST);
  CHECK(second.error().code == ErrorCode::Disk);
  CHECK(second.error().subject == here / "f");
}

TEST_CASE("a symbolic link is neither opened nor created through") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  write_file(here / "victim", "precious");
  REQUIRE(::symlink("victim", (here / "link").c_str()) == 0);
  REQUIRE(::symlink("nowhere", (here / "dangling").c_str()) == 0);
  auto opened = folder->open("link", core::Access::ReadWrite);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().number == ELOOP);
  CHECK_FALSE(folder->create("dangling", 0600));
  CHECK_FALSE(exists(here / "nowhere"));
  auto info = folder->info("link");
  REQUIRE((info && *info));
  CHECK_FALSE((*info)->regular);
}

TEST_CASE("a named pipe in the way does not hold up the open") {
  TemporaryFolder here;
  REQUIRE(::mkfifo((here / "pipe").c_str(), 0600) == 0);
  auto folder = open_folder(here.path());
  auto opened = folder->open("pipe", core::Access::Read);
  if (opened) CHECK_FALSE((*opened)->info()->regular);
}

TEST_CASE("renaming without replacing leaves what stands there") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  write_file(here / "a", "A");
  write_file(here / "b", "B");
  auto refused = folder->rename_no_replace("a", "b");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().number == EEXIST);
  CHECK(read_file(here / "b") == "B");
  CHECK(folder->rename_no_replace("a", "c"));
  CHECK(folder->rename("c", "b"));
  CHECK(read_file(here / "b") == "A");
  CHECK(folder->remove("b"));
  CHECK(folder->remove("b"));
  CHECK_FALSE(*folder->info("b"));
}

TEST_CASE("a link is another name of the file that was opened, and takes nobody's place") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  write_file(here / "a", "A");
  write_file(here / "taken", "T");
  auto file = folder->open("a", core::Access::Read);
  REQUIRE(file);
  write_file(here / "other", "O");
  REQUIRE(folder->rename("other", "a"));
  const auto gone = folder->link(**file, "b");
  REQUIRE_FALSE(gone);  // it has no name left, and nothing else is linked in its place
  CHECK(gone.error().number == ENOENT);
  file = folder->open("a", core::Access::Read);
  REQUIRE(folder->link(**file, "b"));
  CHECK(read_file(here / "b") == "O");
  CHECK((*file)->info()->links == 2);
  CHECK(folder->link(**file, "taken").error().number == EEXIST);
  CHECK(read_file(here / "taken") == "T");
}

TEST_CASE("a clone holds what the other file does, or nothing is changed where none can be had") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  write_file(here / "a", "A");
  auto from = folder->open("a", core::Access::Read);
  auto to = folder->create("b", 0600);
  const auto cloned = (*to)->clone(**from);
  CHECK(read_file(here / "b") == (cloned ? "A" : ""));
  if (!cloned) CHECK(cloned.error().operation == "clone a file into");
}

TEST_CASE("a second open of a locked file finds it locked, closing gives it free") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  auto first = folder->create("f", 0600);
  REQUIRE(first);
  REQUIRE((*first)->lock() == core::LockOutcome::Locked);
  auto second = folder->open("f", core::Access::ReadWrite);
  REQUIRE(second);
  CHECK((*second)->lock() == core::LockOutcome::HeldByOther);
  first->reset();
  CHECK((*second)->lock() == core::LockOutcome::Locked);
}

TEST_CASE("preallocating gives the size asked for, none leaves the size") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  auto file = folder->create("f", 0600);
  REQUIRE(file);
  REQUIRE((*file)->preallocate(5000, Preallocate::None));
  CHECK((*file)->info()->size == 0);
  REQUIRE((*file)->preallocate(5000, Preallocate::Sparse));
  CHECK((*file)->info()->size == 5000);
  REQUIRE((*file)->preallocate(9000, Preallocate::Full));
  CHECK((*file)->info()->size == 9000);
  REQUIRE((*file)->preallocate(100, Preallocate::Full));
  CHECK((*file)->info()->size == 9000);
  REQUIRE((*file)->truncate(10));
  CHECK((*file)->info()->size == 10);
}

TEST_CASE("a file larger than the file system can hold is refused before the first byte") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  auto file = folder->create("f", 0600);
  REQUIRE(file);
  constexpr std::uint64_t kTooLarge = std::numeric_limits<std::int64_t>::max();
  for (const Preallocate how : {Preallocate::Full, Preallocate::Sparse, Preallocate::None}) {
    auto refused = (*file)->preallocate(kTooLarge, how);
    REQUIRE_FALSE(refused);
    CHECK_FALSE(refused.error().remedy.empty());
  }
}

TEST_CASE("a folder tells what names it takes and which mode files get") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  CHECK(folder->longest_name() >= 100);
  CHECK(folder->free_bytes() > 0);
  CHECK(folder->writable());
  const mode_t mask = ::umask(0);
  ::umask(mask);
  CHECK(folder->file_mode() == (0666U & ~mask));
}

TEST_CASE("folders are made with their parents and may be there already") {
  TemporaryFolder here;
  store::PosixFileSystem files;
  CHECK(files.make_folder(here / "a//b/c/"));
  CHECK(files.make_folder(here / "a/b/c"));
  CHECK(files.open_folder(here / "a/b/c"));
  write_file(here / "file", "");
  auto refused = files.make_folder(here / "file/below");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::Disk);
  auto missing = files.open_folder(here / "missing\n");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().number == ENOENT);
  CHECK(missing.error().subject.find('\n') == std::string::npos);
}

TEST_CASE("an attribute is read back where there are attributes") {
  TemporaryFolder here;
  auto folder = open_folder(here.path());
  auto file = folder->create("f", 0600);
  REQUIRE(file);
  CHECK((*file)->attribute("xget.none") == std::nullopt);
  if ((*file)->set_attribute("xget.some", "value")) {
    CHECK((*file)->attribute("xget.some") == "value");
  }
}

TEST_CASE("a disk too small for the download is named before the first byte") {
  const TinyDisk disk(8U << 20);
  if (!disk.mounted()) {
    WARN("skipped: mounting a small disk needs root");
    return;
  }
  store::PosixFileSystem files;
  auto target = store::Target::open(files, disk.path() + "/f", "");
  REQUIRE(target);
  Workers workers;
  auto sink = store::PartialSink::create(**target, workers.disk, workers.hashing,
                                         representation_of(64U << 20), {});
  REQUIRE_FALSE(sink);
  CHECK(sink.error().code == ErrorCode::Disk);
  CHECK(sink.error().number == ENOSPC);
  CHECK(sink.error().cause.find("64.0 MiB") != std::string::npos);
  CHECK(sink.error().cause.find("8.0 MiB") != std::string::npos);
  CHECK(sink.error().remedy.starts_with("free some space"));
  CHECK_FALSE(exists(disk.path() + "/f.partial"));
}

TEST_CASE("a disk that fills up in the middle fails the write and keeps the checkpoint before") {
  const TinyDisk disk(4U << 20);
  if (!disk.mounted()) {
    WARN("skipped: mounting a small disk needs root");
    return;
  }
  store::PosixFileSystem files;
  auto target = store::Target::open(files, disk.path() + "/f", "");
  REQUIRE(target);
  Workers workers;
  store::PartialSettings settings;
  settings.preallocate = Preallocate::Sparse;
  const auto representation = representation_of(64U << 20);
  auto sink =
      store::PartialSink::create(**target, workers.disk, workers.hashing, representation, settings);
  REQUIRE(sink);
  const std::string bytes = content(1U << 20);
  REQUIRE((*sink)->write(0, bytes_of(bytes)));
  Outcome checkpoint;
  (*sink)->checkpoint(checkpoint.record());
  workers.run_all();
  REQUIRE(checkpoint.ok());
  Result<void> written;
  for (std::uint64_t offset = bytes.size(); written && offset < *representation.size;
       offset += bytes.size()) {
    written = (*sink)->write(offset, bytes_of(bytes));
  }
  REQUIRE_FALSE(written);
  CHECK(written.error().number == ENOSPC);
  CHECK_FALSE(written.error().remedy.empty());
  sink->reset();
  auto again = (*target)->open_partial();
  REQUIRE((again && *again));
  REQUIRE((*again)->sidecar);
  CHECK((*again)->sidecar->claimed() == RangeSet({0, bytes.size()}));
}
