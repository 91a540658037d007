#include "store/untouched_files.hpp"

#include <algorithm>
#include <cerrno>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

#include "base/path_parts.hpp"
#include "store/disk_error.hpp"

namespace xget::store {
namespace {

// No file on a disk has this device.
constexpr std::uint64_t kNoDevice = UINT64_MAX;

// A file that was made here: a name, and how long it has become.
class NewFile {
 public:
  explicit NewFile(std::uint64_t inode) : inode_(inode) {}

  void reach(std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    size_ = std::max(size_, size);
  }
  void resize(std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    size_ = size;
  }
  core::FileInfo info() {
    const std::lock_guard lock(mutex_);
    return {.size = size_, .inode = inode_, .device = kNoDevice};
  }

 private:
  const std::uint64_t inode_;
  std::mutex mutex_;
  std::uint64_t size_ = 0;
};

// Reads what is there. All else succeeds, and is forgotten.
class UntouchedFile : public core::File {
 public:
  Result<void> write_at(std::uint64_t, std::span<const std::byte>) override { return {}; }
  Result<void> sync_data() override { return {}; }
  Result<void> sync() override { return {}; }
  Result<void> check_written() override { return {}; }
  Result<void> preallocate(std::uint64_t, Preallocate) override { return {}; }
  Result<void> truncate(std::uint64_t) override { return {}; }
  Result<void> clone(core::File&) override { return {}; }
  Result<void> set_mode(std::uint32_t) override { return {}; }
  Result<void> set_modification_time(WallTime) override { return {}; }
  void drop_cache(ByteRange) override {}
  bool set_attribute(const std::string&, std::string_view) override { return true; }
};

class FileOnDisk final : public UntouchedFile {
 public:
  // `again` opens it once more, so that a lock can be tried and let go.
  using OpenAgain = std::function<Result<std::unique_ptr<core::File>>()>;
  FileOnDisk(std::unique_ptr<core::File> file, OpenAgain again)
      : file_(std::move(file)), again_(std::move(again)) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    return file_->read_at(offset, into);
  }
  Result<core::FileInfo> info() override { return file_->info(); }
  Result<core::LockOutcome> lock() override {
    auto other = again_();
    if (!other) return fail(std::move(other.error()));
    return (*other)->lock();
  }
  std::optional<std::string> attribute(const std::string& name) override {
    return file_->attribute(name);
  }

 private:
  std::unique_ptr<core::File> file_;
  OpenAgain again_;
};

class FileMadeHere final : public UntouchedFile {
 public:
  explicit FileMadeHere(std::shared_ptr<NewFile> file) : file_(std::move(file)) {}

  Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    file_->reach(offset + bytes.size());
    return {};
  }
  Result<std::size_t> read_at(std::uint64_t, std::span<std::byte>) override { return 0; }
  Result<void> preallocate(std::uint64_t size, Preallocate how) override {
    if (how == Preallocate::Full) file_->reach(size);
    return {};
  }
  Result<void> truncate(std::uint64_t size) override {
    file_->resize(size);
    return {};
  }
  Result<void> clone(core::File& from) override {
    const auto other = from.info();
    if (!other) return fail(other.error());
    file_->resize(other->size);
    return {};
  }
  Result<core::FileInfo> info() override { return file_->info(); }
  Result<core::LockOutcome> lock() override { return core::LockOutcome::Locked; }
  std::optional<std::string> attribute(const std::string&) override { return std::nullopt; }

 private:
  std::shared_ptr<NewFile> file_;
};

class UntouchedFolder final : public core::Folder {
 public:
  // `missing`: there is no such folder, and `disk` is the one that it would be made in.
  UntouchedFolder(std::shared_ptr<core::Folder> disk, bool missing)
      : disk_(std::move(disk)), missing_(missing) {}

  Result<std::unique_ptr<core::File>> create(const std::string& name, std::uint32_t) override {
    const std::lock_guard lock(mutex_);
    if (auto taken = look(name); !taken || *taken) return refuse("create", name, taken, EEXIST);
    auto file = std::make_shared<NewFile>(++last_inode_);
    changed_[name] = {.on_disk = "", .made = file};
    return std::make_unique<FileMadeHere>(std::move(file));
  }

  Result<std::unique_ptr<core::File>> open(const std::string& name, core::Access access) override {
    const std::lock_guard lock(mutex_);
    const Entry entry = entry_of(name);
    if (entry.made) return std::make_unique<FileMadeHere>(entry.made);
    if (entry.on_disk.empty()) return fail(disk_error("open", name, ENOENT));
    const auto again = [disk = disk_, on_disk = entry.on_disk, access] {
      return disk->open(on_disk, access);
    };
    auto file = again();
    if (!file) return file;
    return std::make_unique<FileOnDisk>(*std::move(file), again);
  }

  Result<std::optional<core::FileInfo>> info(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    return look(name);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    return move(from, to);
  }

  Result<void> rename_no_replace(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(mutex_);
    if (auto taken = look(to); !taken || *taken) return refuse("rename", to, taken, EEXIST);
    return move(from, to);
  }

  Result<void> remove(const std::string& name) override {
    const std::lock_guard lock(mutex_);
    changed_[name] = {};
    return {};
  }

  // The other name is not known to be the same file's: it is as if it had been copied.
  Result<void> link(core::File& file, const std::string& name) override {
    const auto info = file.info();
    if (!info) return fail(info.error());
    auto made = create(name, info->mode);
    return made ? (*made)->truncate(info->size) : fail(std::move(made.error()));
  }

  Result<void> append(const std::string&, std::string_view) override { return {}; }
  Result<void> sync() override { return {}; }
  Result<void> sync_file_system() override { return {}; }
  bool synced_as_a_whole() override { return disk_->synced_as_a_whole(); }
  core::FolderId id() override { return disk_->id(); }
  Result<void> writable() override { return disk_->writable(); }
  std::uint64_t free_bytes() override { return disk_->free_bytes(); }
  std::size_t longest_name() override { return disk_->longest_name(); }
  std::uint32_t file_mode() override { return disk_->file_mode(); }
  std::string whole_path() override { return missing_ ? "" : disk_->whole_path(); }

 private:
  // What a name stands for.
  struct Entry {
    std::string on_disk;            // a file there, by its name there
    std::shared_ptr<NewFile> made;  // or one that was made here; neither: there is none
  };

  // The rest is called under the lock.
  [[nodiscard]] Entry entry_of(const std::string& name) const {
    const auto changed = changed_.find(name);
    if (changed != changed_.end()) return changed->second;
    return {.on_disk = missing_ ? "" : name, .made = nullptr};
  }

  Result<std::optional<core::FileInfo>> look(const std::string& name) {
    const Entry entry = entry_of(name);
    if (entry.made) return entry.made->info();
    if (entry.on_disk.empty()) return std::nullopt;
    return disk_->info(entry.on_disk);
  }

  Result<void> move(const std::string& from, const std::string& to) {
    if (auto there = look(from); !there || !*there) return refuse("rename", from, there, ENOENT);
    changed_[to] = entry_of(from);
    changed_[from] = {};
    return {};
  }

  // Because looking failed, or else for what was found.
  static tl::unexpected<Error> refuse(const char* operation, const std::string& name,
                                      const Result<std::optional<core::FileInfo>>& looked,
                                      int number) {
    return fail(looked ? disk_error(operation, name, number) : looked.error());
  }

  const std::shared_ptr<core::Folder> disk_;
  const bool missing_;
  std::mutex mutex_;  // guards the rest
  std::map<std::string, Entry> changed_;
  std::uint64_t last_inode_ = 0;
};

// Without its last component; "a/" is that of "a/b/". Empty: the working folder.
std::string parent_of(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return std::string(parts_of(path).folder);
}

}  // namespace

Result<std::shared_ptr<core::Folder>> UntouchedFileSystem::open_folder(const std::string& path) {
  auto folder = disk_.open_folder(path);
  if (folder) return std::make_shared<UntouchedFolder>(*std::move(folder), false);
  for (std::string above = path; folder.error().number == ENOENT;) {
    const std::string parent = parent_of(above);
    if (parent == above) break;
    above = parent;
    auto made_in = disk_.open_folder(above);
    if (!made_in) {
      folder = std::move(made_in);
      continue;
    }
    if (auto writable = (*made_in)->writable(); !writable) return fail(writable.error());
    return std::make_shared<UntouchedFolder>(*std::move(made_in), true);
  }
  return fail(std::move(folder.error()));
}

}  // namespace xget::store
