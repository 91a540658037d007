// What the store's tests share: workers that run when told to, and a file system that keeps a list
// of what was done and can fail or die at any step.
#pragma once

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/ports.hpp"
#include "store/disk_error.hpp"
#include "store/partial_sink.hpp"
#include "store/posix_file_system.hpp"
#include "store/target.hpp"
#include "support/manual_worker.hpp"
#include "support/temporary_folder.hpp"

namespace store_test {

using namespace xget;
using test::ManualWorker;
using test::TemporaryFolder;

inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}
inline bool exists(const std::string& path) {
  return std::filesystem::exists(std::filesystem::symlink_status(path));
}
inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Bytes that differ from place to place and hold no zero.
inline std::string content(std::size_t size, unsigned seed = 1) {
  std::string bytes(size, '\0');
  std::uint32_t state = seed * 2654435761U + 1;
  for (char& c : bytes) {
    state = state * 1664525U + 1013904223U;
    c = static_cast<char>(1 + (state >> 24) % 255);
  }
  return bytes;
}

struct Workers {
  ManualWorker disk, hashing, writing;
  void run_all() {
    while (disk.run_one() || hashing.run_one() || writing.run_one()) {
    }
  }
};

// What is done to the disk, in order, and what is to go wrong.
struct Script {
  std::vector<std::string> log;
  std::string fail;  // this step fails, each time
  int fail_with = EIO;
  core::DirectWrites direct = core::DirectWrites::Fast;
  std::size_t dies_after = SIZE_MAX;  // steps; then every step fails and does nothing
  std::function<void(const std::string& step)> before;  // on the thread that takes the step

  Result<void> step(const std::string& what) {
    if (before) before(what);
    if (log.size() >= dies_after) return xget::fail(store::disk_error(what, "", EIO));
    log.push_back(what);
    if (what == fail) return xget::fail(store::disk_error(what, "", fail_with));
    return {};
  }
  [[nodiscard]] std::size_t position(const std::string& what, std::size_t from = 0) const {
    const auto at = std::find(log.begin() + static_cast<std::ptrdiff_t>(from), log.end(), what);
    return static_cast<std::size_t>(at - log.begin());
  }
  [[nodiscard]] bool happened(const std::string& what) const { return position(what) < log.size(); }
};

// Holds a worker up in a step, while the loop does what must wait for that.
class HeldUp {
 public:
  HeldUp(Script& script, std::string step) {
    script.before = [this, step = std::move(step)](const std::string& now) {
      if (now != step) return;
      begun_ = true;
      while (!going_) std::this_thread::yield();
      // As long as that: whoever did not wait would be past it by now.
      std::this_thread::sleep_for(std::chrono::milliseconds(30));
      ended_ = true;
    };
  }
  // Returns once the step has begun; it ends a while later.
  void await() {
    while (!begun_) std::this_thread::yield();
    going_ = true;
  }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  std::atomic<bool> begun_ = false;
  std::atomic<bool> going_ = false;
  std::atomic<bool> ended_ = false;
};

class ScriptedFile final : public core::File {
 public:
  ScriptedFile(std::unique_ptr<core::File> real, Script& script, std::string name)
      : real_(std::move(real)), script_(script), name_(std::move(name)) {}
  Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (auto ok = script_.step("write " + name_); !ok) return ok;
    return real_->write_at(offset, bytes);
  }
  core::DirectWrites direct_writes() override { return script_.direct; }
  Result<void> write_direct(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (auto ok = script_.step("write_direct " + name_); !ok) return ok;
    return real_->write_at(offset, bytes);
  }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    return real_->read_at(offset, into);
  }
  Result<void> sync_data() override { return script_.step("sync_data " + name_); }
  Result<void> sync() override { return script_.step("sync " + name_); }
  Result<void> check_written() override { return script_.step("check " + name_); }
  Result<void> preallocate(std::uint64_t size, Preallocate how) override {
    if (auto ok = script_.step("preallocate " + name_); !ok) return ok;
    return real_->preallocate(size, how);
  }
  Result<void> truncate(std::uint64_t size) override {
    if (auto ok = script_.step("truncate " + name_); !ok) return ok;
    return real_->truncate(size);
  }
  Result<void> clone(core::File& from) override {
    if (auto ok = script_.step("clone " + name_); !ok) return ok;
    return real_->clone(*static_cast<ScriptedFile&>(from).real_);
  }
  [[nodiscard]] core::File& real() { return *real_; }
  Result<core::FileInfo> info() override { return real_->info(); }
  Result<core::LockOutcome> lock() override {
    if (script_.before) script_.before("lock " + name_);
    if (no_locks) return core::LockOutcome::Unsupported;
    return real_->lock();
  }
  Result<void> set_mode(std::uint32_t mode) override {
    if (auto ok = script_.step("mode " + name_); !ok) return ok;
    return real_->set_mode(mode);
  }
  Result<void> set_modification_time(WallTime time) override {
    if (auto ok = script_.step("time " + name_); !ok) return ok;
    return real_->set_modification_time(time);
  }
  void drop_cache(ByteRange range) override {
    script_.log.push_back("drop " + std::to_string(range.begin) + "-" + std::to_string(range.end));
    real_->drop_cache(range);
  }
  std::optional<std::string> attribute(const std::string& name) override {
    return real_->attribute(name);
  }
  bool set_attribute(const std::string& name, std::string_view value) override {
    return script_.step("attribute " + name_) && real_->set_attribute(name, value);
  }

  bool no_locks = false;

 private:
  std::unique_ptr<core::File> real_;
  Script& script_;
  std::string name_;
};

class ScriptedFolder final : public core::Folder {
 public:
  ScriptedFolder(std::shared_ptr<core::Folder> real, Script& script, bool no_locks,
                 bool synced_as_a_whole)
      : real_(std::move(real)),
        script_(script),
        no_locks_(no_locks),
        synced_as_a_whole_(synced_as_a_whole) {}
  Result<std::unique_ptr<core::File>> create(const std::string& name, std::uint32_t mode) override {
    if (auto ok = script_.step("create " + name); !ok) return xget::fail(ok.error());
    return wrap(real_->create(name, mode), name);
  }
  Result<std::unique_ptr<core::File>> open(const std::string& name, core::Access access) override {
    return wrap(real_->open(name, access), name);
  }
  Result<std::optional<core::FileInfo>> info(const std::string& name) override {
    return real_->info(name);
  }
  Result<void> rename(const std::string& from, const std::string& to) override {
    if (auto ok = script_.step("rename " + from + " " + to); !ok) return ok;
    return real_->rename(from, to);
  }
  Result<void> rename_no_replace(const std::string& from, const std::string& to) override {
    if (auto ok = script_.step("rename " + from + " " + to); !ok) return ok;
    return real_->rename_no_replace(from, to);
  }
  Result<void> remove(const std::string& name) override {
    if (auto ok = script_.step("remove " + name); !ok) return ok;
    return real_->remove(name);
  }
  Result<void> link(core::File& file, const std::string& name) override {
    if (auto ok = script_.step("link " + name); !ok) return ok;
    return real_->link(static_cast<ScriptedFile&>(file).real(), name);
  }
  Result<void> append(const std::string& name, std::string_view bytes) override {
    if (auto ok = script_.step("append " + name); !ok) return ok;
    return real_->append(name, bytes);
  }
  Result<void> sync() override { return script_.step("sync folder"); }
  Result<void> sync_file_system() override { return script_.step("sync file system"); }
  bool synced_as_a_whole() override { return synced_as_a_whole_; }
  core::FolderId id() override { return real_->id(); }
  Result<void> writable() override { return real_->writable(); }
  std::uint64_t free_bytes() override { return real_->free_bytes(); }
  std::size_t longest_name() override { return real_->longest_name(); }
  std::uint32_t file_mode() override { return real_->file_mode(); }
  std::string whole_path() override { return real_->whole_path(); }

 private:
  Result<std::unique_ptr<core::File>> wrap(Result<std::unique_ptr<core::File>> file,
                                           const std::string& name) {
    if (!file) return file;
    auto scripted = std::make_unique<ScriptedFile>(std::move(*file), script_, name);
    scripted->no_locks = no_locks_;
    return scripted;
  }
  std::shared_ptr<core::Folder> real_;
  Script& script_;
  bool no_locks_;
  bool synced_as_a_whole_;
};

class ScriptedFileSystem final : public core::FileSystem {
 public:
  explicit ScriptedFileSystem(Script& script) : script_(script) {}
  Result<std::shared_ptr<core::Folder>> open_folder(const std::string& path) override {
    auto folder = real_.open_folder(path);
    if (!folder) return folder;
    return std::make_shared<ScriptedFolder>(std::move(*folder), script_, no_locks,
                                            synced_as_a_whole);
  }
  Result<void> make_folder(const std::string& path) override { return real_.make_folder(path); }

  bool no_locks = false;
  bool synced_as_a_whole = true;

 private:
  store::PosixFileSystem real_;
  Script& script_;
};

// How a callback with a Result ended, if it has.
struct Outcome {
  std::optional<Result<void>> result;
  core::Sink::Done record() {
    return [this](Result<void> outcome) { result = std::move(outcome); };
  }
  [[nodiscard]] bool ok() const { return result && result->has_value(); }
  [[nodiscard]] ErrorCode code() const {
    REQUIRE(result);
    REQUIRE_FALSE(*result);
    return result->error().code;
  }
};

inline core::Representation representation_of(std::uint64_t size) {
  core::Representation representation;
  representation.size = size;
  representation.ranges = true;
  representation.validators.strong_etag = "\"v1\"";
  return representation;
}

}  // namespace store_test
