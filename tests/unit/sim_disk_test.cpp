// The simulator's own disk must lose what a disk may lose and keep what it must keep: otherwise
// the simulator proves nothing.
#include "sim/sim_disk.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <set>
#include <string>

#include "sim/content.hpp"
#include "sim/sim_worker.hpp"
#include "sim/world.hpp"

namespace xget::sim {
namespace {

constexpr std::uint64_t kLength = 40'000;

std::vector<std::byte> bytes_of(VersionId version, std::uint64_t length) {
  std::vector<std::byte> bytes;
  while (bytes.size() < length) {
    const auto part = content(version, bytes.size(), length - bytes.size());
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  return bytes;
}

std::shared_ptr<core::Folder> root(SimDisk& disk) { return disk.open_folder("").value(); }

// A synced file of version 0 under a synced name.
std::unique_ptr<core::File> durable_file(core::Folder& folder) {
  auto file = folder.create("file", 0600).value();
  REQUIRE(file->write_at(0, bytes_of(0, kLength)));
  REQUIRE(file->sync());
  REQUIRE(folder.sync());
  return file;
}

TEST_CASE("a synced file under a synced name survives every power cut") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    World world(seed);
    SimDisk disk(world);
    durable_file(*root(disk));
    disk.power_cut(world.dice());
    REQUIRE(disk.content("file") != nullptr);
    CHECK(*disk.content("file") == bytes_of(0, kLength));
  }
}

TEST_CASE("an unsynced write may vanish, stay or be torn, and harms no other page") {
  bool vanished = false, stayed = false, torn = false;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    World world(seed);
    SimDisk disk(world);
    auto file = durable_file(*root(disk));
    REQUIRE(file->write_at(8192, bytes_of(1, 4096)));
    file.reset();
    disk.power_cut(world.dice());
    const auto& left = *disk.content("file");
    REQUIRE(left.size() == kLength);
    const auto page = std::vector<std::byte>(left.begin() + 8192, left.begin() + 12288);
    const auto before = bytes_of(0, kLength);
    const auto old = std::vector<std::byte>(before.begin() + 8192, before.begin() + 12288);
    vanished |= page == old;
    stayed |= page == bytes_of(1, 4096);
    torn |= page != old && page != bytes_of(1, 4096);
    CHECK(std::equal(left.begin(), left.begin() + 8192, before.begin()));
    CHECK(std::equal(left.begin() + 12288, left.end(), before.begin() + 12288));
  }
  CHECK(vanished);
  CHECK(stayed);
  CHECK(torn);
}

TEST_CASE("an unsynced name may vanish or stay, and an unsynced rename is old or new") {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    World world(seed);
    SimDisk disk(world);
    auto folder = root(disk);
    durable_file(*folder);
    REQUIRE(folder->rename("file", "final"));
    REQUIRE(folder->create("other", 0600));
    disk.power_cut(world.dice());
    const bool moved = disk.content("final") != nullptr;
    CHECK(moved != (disk.content("file") != nullptr));
    seen.insert(std::string(moved ? "moved" : "old") +
                (disk.content("other") != nullptr ? " made" : " lost"));
  }
  CHECK(seen == std::set<std::string>{"moved made", "moved lost", "old made", "old lost"});
}

TEST_CASE("a renamed file whose content was not synced may be empty or torn after a power cut") {
  bool whole = false, broken = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    World world(seed);
    SimDisk disk(world);
    auto folder = root(disk);
    auto file = folder->create("file", 0600).value();
    REQUIRE(file->write_at(0, bytes_of(0, kLength)));
    REQUIRE(folder->rename("file", "final"));
    REQUIRE(folder->sync());
    file.reset();
    disk.power_cut(world.dice());
    REQUIRE(disk.content("final") != nullptr);
    const bool same = *disk.content("final") == bytes_of(0, kLength);
    whole |= same;
    broken |= !same;
  }
  CHECK(whole);
  CHECK(broken);
}

TEST_CASE("an unsynced second name may vanish or stay, and its file is the other one's") {
  std::set<bool> seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    World world(seed);
    SimDisk disk(world);
    const auto folder = root(disk);
    const auto file = durable_file(*folder);
    REQUIRE(folder->link(*file, "second"));
    CHECK(file->info()->links == 2);
    CHECK(folder->link(*file, "second").error().number == EEXIST);
    auto clone = folder->create("clone", 0600).value();
    REQUIRE(clone->clone(*file));
    CHECK(*disk.content("clone") == bytes_of(0, kLength));
    disk.power_cut(world.dice());
    CHECK(*disk.content("file") == bytes_of(0, kLength));
    seen.insert(disk.content("second") != nullptr);
    if (disk.content("second") != nullptr) CHECK(disk.inode("second") == disk.inode("file"));
  }
  CHECK(seen.size() == 2);
}

TEST_CASE("a sync that failed once reports success afterwards and may still have lost pages") {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    World world(seed);
    SimDisk disk(world);
    auto file = durable_file(*root(disk));
    REQUIRE(file->write_at(0, bytes_of(1, kLength)));
    disk.faults.sync_fails = 1;
    CHECK(file->sync_data().error().number == EIO);
    disk.faults.sync_fails = 0;
    CHECK(file->sync_data());
    file.reset();
    CHECK(*disk.content("file") == bytes_of(1, kLength));
    disk.power_cut(world.dice());
    lost |= *disk.content("file") != bytes_of(1, kLength);
  }
  CHECK(lost);
}

TEST_CASE("a lock keeps a second opener out until the first closes") {
  World world(1);
  SimDisk disk(world);
  auto folder = root(disk);
  auto first = durable_file(*folder);
  CHECK(first->lock().value() == core::LockOutcome::Locked);
  auto second = folder->open("file", core::Access::ReadWrite).value();
  CHECK(second->lock().value() == core::LockOutcome::HeldByOther);
  first.reset();
  CHECK(second->lock().value() == core::LockOutcome::Locked);
}

TEST_CASE("a process killed at a call can do nothing to the disk after it") {
  World world(1);
  SimDisk disk(world);
  auto folder = root(disk);
  auto file = durable_file(*folder);
  disk.after_calls(1, false, [&] { world.kill_process(); });
  CHECK(file->write_at(0, bytes_of(1, 10)));
  CHECK(world.process_dying());
  CHECK_FALSE(file->write_at(10, bytes_of(1, 10)));
  CHECK_FALSE(folder->remove("file"));
  CHECK(first_difference(1, 0, std::span(*disk.content("file")).first(10)) == std::nullopt);
  CHECK(first_difference(0, 10, std::span(*disk.content("file")).subspan(10)) == std::nullopt);
}

TEST_CASE("a full disk refuses to grow a file but not to overwrite it") {
  World world(1);
  SimDisk disk(world);
  auto file = durable_file(*root(disk));
  disk.faults.capacity = kLength;
  CHECK(file->write_at(0, bytes_of(1, kLength)));
  CHECK(file->write_at(kLength, bytes_of(1, 1)).error().number == ENOSPC);
}

TEST_CASE("a worker's task waits in its disk calls while the rest of the world goes on") {
  World world(1);
  SimDisk disk(world);
  SimWorker worker(world);
  auto file = durable_file(*root(disk));
  std::string order;
  worker.submit(
      [&] {
        order += "a";
        REQUIRE(file->sync_data());
        order += "c";
      },
      [&] { order += "d"; });
  worker.submit([&] { order += "e"; }, [&] { order += "f"; });
  while (order.empty()) world.step();
  order += "b";
  while (world.next_event()) world.step();
  // The second task may run before the first one's completion is noticed, never before its end.
  CHECK((order == "abcdef" || order == "abcedf"));
}

TEST_CASE("a dying process's task comes to its end and its completion never comes") {
  World world(1);
  SimDisk disk(world);
  SimWorker worker(world);
  auto file = durable_file(*root(disk));
  bool ended = false, told = false;
  worker.submit(
      [&] {
        CHECK(file->sync_data());
        CHECK_FALSE(file->sync_data());
        ended = true;
      },
      [&] { told = true; });
  world.step();
  world.kill_process();
  worker.abandon();
  world.end_process();
  CHECK(ended);
  CHECK_FALSE(told);
  CHECK_FALSE(world.next_event());
}

}  // namespace
}  // namespace xget::sim
