// An upload as its tests see it: a file in a folder of its own, and a store that answers when it is
// told to.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "remote/file_source.hpp"
#include "remote/upload_task.hpp"
#include "store/posix_file_system.hpp"
#include "support/fake_credentials.hpp"
#include "support/fake_network.hpp"
#include "support/fake_store.hpp"
#include "support/manual_worker.hpp"
#include "support/temporary_folder.hpp"

namespace xget::upload_test {

inline constexpr std::size_t kPart = 5 << 20;

struct Counting final : core::Random {
  std::uint64_t next() override { return ++last; }
  std::uint64_t last = 0;
};

// Parts that differ from each other, and between versions.
inline std::string content(std::size_t size, char version = 'a') {
  std::string bytes(size, version);
  for (std::size_t at = 0; at < size; at += kPart) bytes[at] = static_cast<char>('0' + at / kPart);
  return bytes;
}

struct UploadFixture {
  virtual ~UploadFixture() = default;
  UploadFixture() {
    std::filesystem::create_directory(folder / "kept");
    settings.id = 7;
    source.folder = folder.path();
    source.file = source.path = settings.path = "file";
    settings.key = "key";
    settings.name = "s3://bucket/key";
    settings.part_size = kPart;
    settings.checkpoint_folder = folder / "kept";
    settings.checkpoint_name = "c.json";
  }

  // ---- the file -----------------------------------------------------------------------------

  // Each time is a second later than the one before.
  void write(const std::string& bytes) {
    std::ofstream(folder / "file", std::ios::binary) << bytes;
    touch();
  }
  [[nodiscard]] std::string text_of(const std::string& name) const {
    std::ifstream file(folder / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void touch() {
    written += std::chrono::seconds(1);
    std::filesystem::last_write_time(folder / "file", written);
  }

  // ---- the task -----------------------------------------------------------------------------

  virtual std::unique_ptr<remote::UploadSource> make_source() {
    source.hashes_payload = settings.hashes_payload;
    return std::make_unique<remote::FileSource>(source, files, hashing);
  }
  void begin() {
    task = std::make_unique<remote::UploadTask>(
        settings, make_source(), bucket, remote::UploadPorts{client, clock, random, files, disk},
        [this](Event event) { events.push_back(std::move(event)); });
  }
  // As if the process was killed, and run again. What it had given to the disk is done.
  void begin_anew() {
    work();
    task.reset();
    work();
    REQUIRE(wire.running().empty());
    events.clear();
    begin();
  }
  void work() {
    while (hashing.run_one() || disk.run_one()) {
    }
  }
  void step() {
    client.on_time(clock.now());
    if (task) task->on_time(clock.now());
    client.on_time(clock.now());
  }
  // All that can be done before the store answers.
  void turn() {
    for (int turns = 0; turns < 20; ++turns) {
      work();
      step();
    }
  }
  // Goes on to the next time at which anything happens.
  void wait() {
    const auto at = earliest(client.next_deadline(), task->next_deadline());
    REQUIRE(at.has_value());
    clock.pass(std::max(Duration::zero(), *at - clock.now()));
    turn();
  }
  void answer(const std::string& what, const test::FakeStore::Manner& manner = {}) {
    store.answer(what, manner);
    turn();
  }
  void refuse(const std::string& what, int status, const std::string& code) {
    store.refuse(what, status, code);
    turn();
  }
  // Answers whatever is asked until `what` is, or the end.
  void run_to(const std::string& what) {
    turn();
    for (int answers = 0; answers < 200 && !task->ended() && store.find(what) == 0; ++answers) {
      const auto asked = store.asked();
      asked.empty() ? wait() : answer(asked.front());
    }
    INFO(what);
    REQUIRE((task->ended() || store.find(what) != 0));
  }
  void run() {
    run_to("nothing");
    REQUIRE(task->ended());
  }

  // ---- what came of it ------------------------------------------------------------------------

  template <typename T>
  [[nodiscard]] std::vector<T> told() const {
    std::vector<T> all;
    for (const Event& event : events) {
      if (const auto* one = std::get_if<T>(&event)) all.push_back(*one);
    }
    return all;
  }
  [[nodiscard]] std::string notes() const {
    std::string text;
    for (const Note& note : told<Note>()) text += note.text + "\n";
    return text;
  }
  Finished finished() const {
    for (const Failed& failed : told<Failed>()) FAIL(to_string(failed.error));
    REQUIRE(told<Finished>().size() == 1);
    return told<Finished>().front();
  }
  Error failed() const {
    CHECK(told<Finished>().empty());
    REQUIRE(told<Failed>().size() == 1);
    return told<Failed>().front().error;
  }
  [[nodiscard]] std::vector<std::string> kept() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "kept")) {
      names.push_back(entry.path().filename().string());
    }
    std::sort(names.begin(), names.end());
    return names;
  }
  // The object has these bytes, and nothing is left beside it.
  void check_there(const std::string& bytes) {
    finished();
    REQUIRE(store.object.has_value());
    CHECK((store.object->bytes == bytes));
    CHECK(store.uploads.empty());
    work();
    CHECK(kept().empty());
  }
  // It is the file, by what it says of itself too.
  void check_done(const std::string& bytes) {
    check_there(bytes);
    const auto digest = to_hex(sha256(std::as_bytes(std::span(bytes))));
    CHECK(header_of("x-amz-meta-xget-sha256") == digest);
    CHECK(finished().digest == "sha256:" + digest);
  }
  [[nodiscard]] std::string header_of(const std::string& name) const {
    return test::header_of({.headers = store.object->headers}, name);
  }

  test::TemporaryFolder folder;
  std::filesystem::file_time_type written = std::filesystem::file_time_type::clock::now();
  test::FakeClock clock;
  test::FakeTransport wire;
  test::FakeStore store{wire};
  Counting random;
  test::ManualWorker hashing;
  test::ManualWorker disk;
  store::PosixFileSystem files;
  std::shared_ptr<test::FakeCredentials> credentials = std::make_shared<test::FakeCredentials>();
  std::shared_ptr<remote::BucketAccess> bucket = std::make_shared<remote::BucketAccess>(
      remote::BucketSettings{.endpoint = {}, .bucket = "bucket"}, credentials, clock);
  remote::StoreClient client{
      {.way = {}, .retry = {.failures = 15}, .stall_timeout = std::chrono::seconds(30)},
      {wire, clock, random}};
  remote::UploadSettings settings;
  remote::FileSourceSettings source;
  std::vector<Event> events;
  std::unique_ptr<remote::UploadTask> task;
};

}  // namespace xget::upload_test
