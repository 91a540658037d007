#include "sim/sim_disk.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <utility>

namespace xget::sim {
namespace {

constexpr std::uint64_t kDevice = 1;
constexpr std::size_t kLongestName = 255;
constexpr std::uint32_t kFileMode = 0644;

tl::unexpected<Error> disk_error(const char* operation, const std::string& subject, int number) {
  Error error;
  error.code = ErrorCode::Disk;
  error.operation = operation;
  error.subject = subject;
  error.number = number;
  error.cause = "simulated";
  return fail(std::move(error));
}

Duration slowness(Dice& dice) { return dice.between(Duration{}, std::chrono::seconds(3)); }

// "a/b/" and "a/b" are one folder; "." and "" are the working folder.
std::string normal(std::string path) {
  while (!path.empty() && path.back() == '/') path.pop_back();
  return path == "." ? "" : path;
}

std::pair<std::string, std::string> split(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {normal(path.substr(0, slash)), path.substr(slash + 1)};
}

}  // namespace

class SimFile final : public core::File {
 public:
  SimFile(SimDisk& disk, InodePtr inode, std::string name, core::Access access)
      : disk_(disk), inode_(std::move(inode)), name_(std::move(name)), access_(access) {}
  ~SimFile() override {
    if (inode_->locked_by == this) inode_->locked_by = nullptr;
  }

  Result<void> write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (access_ == core::Access::Read) return disk_error("write", name_, EBADF);
    if (auto begun = disk_.begin("write", name_, disk_.faults.write_fails); !begun) return begun;
    if (!disk_.has_room(*inode_, offset + bytes.size())) return disk_error("write", name_, ENOSPC);
    inode_->image.write(offset, bytes);
    inode_->mtime_ns = disk_.mtime();
    disk_.end("disk write", DiskCall::Write, offset, bytes.size());
    return {};
  }

  core::DirectWrites direct_writes() override {
    return disk_.faults.direct_writes ? core::DirectWrites::Fast : core::DirectWrites::Impossible;
  }

  // Nobody sees anything of it until the disk has it.
  Result<void> write_direct(std::uint64_t offset, std::span<const std::byte> bytes) override {
    assert((offset | bytes.size()) % core::kDirectAlignment == 0);
    disk_.wait_for_disk();
    return write_at(offset, bytes);
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (auto begun = disk_.begin("read", name_, 0); !begun) return fail(begun.error());
    const auto& bytes = inode_->image.bytes();
    if (offset >= bytes.size()) return 0;
    const auto count = std::min<std::uint64_t>(into.size(), bytes.size() - offset);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, into.begin());
    return count;
  }

  Result<void> sync_data() override { return sync_as("fdatasync"); }
  Result<void> sync() override { return sync_as("fsync"); }
  Result<void> check_written() override {
    if (auto begun = disk_.begin("check", name_, 0); !begun) return begun;
    if (!std::exchange(inode_->lost_writes, false)) return {};
    return disk_error("check", name_, EIO);
  }

  Result<void> preallocate(std::uint64_t size, Preallocate how) override {
    if (auto begun = disk_.begin("preallocate", name_, disk_.faults.write_fails); !begun) {
      return begun;
    }
    if (how == Preallocate::None || size <= inode_->image.bytes().size()) return {};
    if (how == Preallocate::Full && !disk_.has_room(*inode_, size)) {
      return disk_error("preallocate", name_, ENOSPC);
    }
    inode_->image.resize(size);
    disk_.end("disk preallocate", DiskCall::Write, size);
    return {};
  }

  Result<void> truncate(std::uint64_t size) override {
    if (auto begun = disk_.begin("truncate", name_, disk_.faults.write_fails); !begun) return begun;
    inode_->image.resize(size);
    inode_->mtime_ns = disk_.mtime();
    disk_.end("disk truncate", DiskCall::Write, size);
    return {};
  }

  Result<void> clone(core::File& from) override {
    if (auto begun = disk_.begin("clone", name_, disk_.faults.write_fails); !begun) return begun;
    const std::vector<std::byte> bytes = static_cast<SimFile&>(from).inode_->image.bytes();
    inode_->image.resize(bytes.size());
    inode_->image.write(0, bytes);
    inode_->mtime_ns = disk_.mtime();
    disk_.end("disk clone", DiskCall::Write, bytes.size());
    return {};
  }

  [[nodiscard]] const InodePtr& inode() const { return inode_; }

  Result<core::FileInfo> info() override { return disk_.info(*inode_); }

  Result<core::LockOutcome> lock() override {
    if (!disk_.faults.locks) return core::LockOutcome::Unsupported;
    if (inode_->locked_by != nullptr && inode_->locked_by != this) {
      return core::LockOutcome::HeldByOther;
    }
    inode_->locked_by = this;
    return core::LockOutcome::Locked;
  }

  Result<void> set_mode(std::uint32_t mode) override {
    if (auto begun = disk_.begin("chmod", name_, 0); !begun) return begun;
    inode_->mode = mode;
    return {};
  }

  Result<void> set_modification_time(WallTime time) override {
    if (auto begun = disk_.begin("utimens", name_, 0); !begun) return begun;
    inode_->mtime_ns = Duration(time.time_since_epoch()).count();
    return {};
  }

  void drop_cache(ByteRange range) override { inode_->image.evict(range); }

  std::optional<std::string> attribute(const std::string& name) override {
    const auto found = inode_->attributes.find(name);
    if (found == inode_->attributes.end()) return std::nullopt;
    return found->second;
  }

  bool set_attribute(const std::string& name, std::string_view value) override {
    if (!disk_.begin("setxattr", name_, 0)) return false;
    inode_->attributes[name] = value;
    return true;
  }

 private:
  Result<void> sync_as(const char* operation) {
    if (auto begun = disk_.begin(operation, name_, 0); !begun) return begun;
    if (disk_.world_.dice().chance(disk_.faults.sync_fails)) {
      inode_->image.fail_sync(disk_.world_.dice());
      disk_.end("disk sync fails", DiskCall::Ordering);
      return disk_error(operation, name_, EIO);
    }
    // What is written while the sync runs is not covered by it: so it takes effect at its
    // beginning.
    if (!disk_.faults.lies) inode_->image.sync();
    disk_.world_.trace_text("disk sync of", name_);
    disk_.end("disk sync", DiskCall::Ordering, inode_->number);
    return {};
  }

  SimDisk& disk_;
  InodePtr inode_;
  std::string name_;
  core::Access access_;
};

class SimFolder final : public core::Folder {
 public:
  SimFolder(SimDisk& disk, std::shared_ptr<FolderImage> image)
      : disk_(disk), image_(std::move(image)) {}

  Result<std::unique_ptr<core::File>> create(const std::string& name, std::uint32_t mode) override {
    if (auto begun = begin("create", name); !begun) return fail(begun.error());
    if (image_->find(name) != nullptr) return disk_error("create", name, EEXIST);
    auto inode = disk_.new_inode(mode);
    change("disk create", name, {{name, inode}});
    return std::make_unique<SimFile>(disk_, std::move(inode), name, core::Access::ReadWrite);
  }

  Result<std::unique_ptr<core::File>> open(const std::string& name, core::Access access) override {
    if (auto begun = disk_.begin("open", name, 0); !begun) return fail(begun.error());
    auto inode = image_->find(name);
    if (inode == nullptr) return disk_error("open", name, ENOENT);
    return std::make_unique<SimFile>(disk_, std::move(inode), name, access);
  }

  Result<std::optional<core::FileInfo>> info(const std::string& name) override {
    if (auto begun = disk_.begin("stat", name, 0); !begun) return fail(begun.error());
    const auto inode = image_->find(name);
    if (inode == nullptr) return std::nullopt;
    return disk_.info(*inode);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (auto begun = begin("rename", from); !begun) return begun;
    return move(from, to);
  }

  Result<void> rename_no_replace(const std::string& from, const std::string& to) override {
    if (auto begun = begin("rename", from); !begun) return begun;
    if (image_->find(to) != nullptr) return disk_error("rename", to, EEXIST);
    return move(from, to);
  }

  Result<void> remove(const std::string& name) override {
    if (auto begun = begin("remove", name); !begun) return begun;
    if (image_->find(name) != nullptr) change("disk remove", name, {{name, nullptr}});
    return {};
  }

  Result<void> link(core::File& file, const std::string& name) override {
    if (auto begun = begin("link", name); !begun) return begun;
    if (image_->find(name) != nullptr) return disk_error("link", name, EEXIST);
    change("disk link", name, {{name, static_cast<SimFile&>(file).inode()}});
    return {};
  }

  Result<void> append(const std::string& name, std::string_view bytes) override {
    auto file =
        image_->find(name) == nullptr ? create(name, 0600) : open(name, core::Access::ReadWrite);
    if (!file) return fail(file.error());
    const auto info = (*file)->info();
    return (*file)->write_at(info->size, std::as_bytes(std::span(bytes)));
  }

  Result<void> sync() override {
    if (auto begun = begin("sync folder", ""); !begun) return begun;
    if (!disk_.faults.lies) image_->sync();
    disk_.end("disk sync folder", DiskCall::Ordering);
    return {};
  }

  Result<void> sync_file_system() override {
    if (auto begun = begin("sync file system", ""); !begun) return begun;
    disk_.sync_all();
    disk_.end("disk sync file system", DiskCall::Ordering);
    return {};
  }
  bool synced_as_a_whole() override { return true; }
  // Folders are told apart by what they hold, and nothing else depends on these numbers.
  core::FolderId id() override { return {1, reinterpret_cast<std::uintptr_t>(image_.get())}; }

  Result<void> writable() override { return disk_.begin("access", "", 0); }

  std::uint64_t free_bytes() override { return disk_.free_bytes(); }
  std::size_t longest_name() override { return kLongestName; }
  std::uint32_t file_mode() override { return kFileMode; }
  std::string whole_path() override { return ""; }

 private:
  Result<void> begin(const char* operation, const std::string& name) {
    return disk_.begin(operation, name, disk_.faults.name_fails);
  }

  Result<void> move(const std::string& from, const std::string& to) {
    auto inode = image_->find(from);
    if (inode == nullptr) return disk_error("rename", from, ENOENT);
    change("disk rename", from + " to " + to, {{from, nullptr}, {to, std::move(inode)}});
    return {};
  }

  void change(const char* operation, const std::string& subject, FolderImage::Change change) {
    image_->apply(std::move(change));
    disk_.world_.trace_text(operation, subject);
    disk_.end(operation, DiskCall::Ordering);
  }

  SimDisk& disk_;
  std::shared_ptr<FolderImage> image_;
};

SimDisk::SimDisk(World& world) : world_(world) {
  folders_.emplace("", std::make_shared<FolderImage>());
}

SimDisk::~SimDisk() = default;

Result<std::shared_ptr<core::Folder>> SimDisk::open_folder(const std::string& path) {
  if (auto begun = begin("open folder", path, 0); !begun) return fail(begun.error());
  const auto found = folders_.find(normal(path));
  if (found == folders_.end()) return disk_error("open folder", path, ENOENT);
  return std::make_shared<SimFolder>(*this, found->second);
}

// Folders are durable at once: what is simulated here is what happens to the names in them.
Result<void> SimDisk::make_folder(const std::string& path) {
  if (auto begun = begin("make folder", path, 0); !begun) return begun;
  auto& folder = folders_[normal(path)];
  if (folder == nullptr) folder = std::make_shared<FolderImage>();
  return {};
}

// Contents alone: what renames become durable by is the folder's own sync.
void SimDisk::sync_all() {
  for (const auto& weak : inodes_) {
    const auto inode = weak.lock();
    if (!inode) continue;
    if (world_.dice().chance(faults.sync_fails)) {
      inode->image.fail_sync(world_.dice());
      inode->lost_writes = true;
    } else if (!faults.lies) {
      inode->image.sync();
    }
  }
  world_.trace_text("disk sync of", "everything");
}

Result<void> SimDisk::begin(const char* operation, const std::string& subject, double fails) {
  if (world_.process_dying()) return disk_error(operation, subject, EIO);
  if (!world_.dice().chance(fails)) return {};
  world_.trace_text("disk fails", operation);
  return disk_error(operation, subject, world_.dice().chance(0.5) ? ENOSPC : EIO);
}

void SimDisk::end(const char* operation, DiskCall call, std::uint64_t a, std::uint64_t b) {
  world_.trace(operation, a, b);
  const bool counts = call == DiskCall::Ordering || !ordering_only_;
  if (counts && calls_left_ > 0 && --calls_left_ == 0) after_calls_();
  if (world_.process_dying()) return;
  Dice& dice = world_.dice();
  Duration cost{};
  if (call == DiskCall::Ordering) {
    cost = dice.between(std::chrono::microseconds(50), std::chrono::milliseconds(20));
  }
  if (dice.chance(faults.slow)) cost += slowness(dice);
  world_.spend(cost);
}

void SimDisk::wait_for_disk() {
  if (world_.process_dying()) return;
  world_.trace("disk waits for a direct write", 0, 0);
  Duration wait =
      world_.dice().between(std::chrono::microseconds(50), std::chrono::milliseconds(20));
  if (world_.dice().chance(faults.slow)) wait += slowness(world_.dice());
  world_.spend(wait);
}

bool SimDisk::has_room(const Inode& inode, std::uint64_t size) const {
  const std::uint64_t had = inode.image.bytes().size();
  return size <= had || size - had <= free_bytes();
}

std::uint64_t SimDisk::free_bytes() const {
  std::uint64_t used = 0;
  for (const auto& weak : inodes_) {
    if (const auto live = weak.lock()) used += live->image.bytes().size();
  }
  return faults.capacity - std::min(faults.capacity, used);
}

// The lowest free number, as file systems give it: a new file may well have an old one's.
InodePtr SimDisk::new_inode(std::uint32_t mode) {
  std::erase_if(inodes_, [](const auto& weak) { return weak.expired(); });
  auto inode = std::make_shared<Inode>();
  inode->mode = mode;
  inode->mtime_ns = mtime();
  const auto taken = [&](std::uint64_t number) {
    return std::ranges::any_of(inodes_, [&](const auto& weak) {
      const auto live = weak.lock();
      return live != nullptr && live->number == number;
    });
  };
  inode->number = 1;
  while (taken(inode->number)) ++inode->number;
  inodes_.push_back(inode);
  return inode;
}

std::int64_t SimDisk::mtime() const { return world_.now().time_since_epoch().count(); }

core::FileInfo SimDisk::info(const Inode& inode) const {
  core::FileInfo info;
  info.size = inode.image.bytes().size();
  info.inode = inode.number;
  info.device = kDevice;
  info.mtime_ns = inode.mtime_ns;
  info.mode = inode.mode;
  info.links = 0;
  for (const auto& [path, folder] : folders_) {
    for (const auto& [name, named] : folder->names()) info.links += named.get() == &inode ? 1 : 0;
  }
  return info;
}

void SimDisk::after_calls(std::uint64_t calls, bool ordering_only, std::function<void()> then) {
  calls_left_ = calls;
  ordering_only_ = ordering_only;
  after_calls_ = std::move(then);
}

void SimDisk::power_cut(Dice& dice) {
  for (const auto& [path, folder] : folders_) folder->power_cut(dice);
  for (const auto& weak : inodes_) {
    if (const auto inode = weak.lock()) inode->image.power_cut(dice);
  }
}

InodePtr SimDisk::find(const std::string& path) const {
  const auto [folder, name] = split(path);
  const auto found = folders_.find(folder);
  return found == folders_.end() ? nullptr : found->second->find(name);
}

const std::vector<std::byte>* SimDisk::content(const std::string& path) const {
  const auto inode = find(path);
  return inode == nullptr ? nullptr : &inode->image.bytes();
}

std::uint64_t SimDisk::inode(const std::string& path) const {
  const auto inode = find(path);
  return inode == nullptr ? 0 : inode->number;
}

std::vector<std::string> SimDisk::names(const std::string& folder) const {
  std::vector<std::string> names;
  const auto found = folders_.find(normal(folder));
  if (found == folders_.end()) return names;
  for (const auto& [name, inode] : found->second->names()) names.push_back(name);
  return names;
}

void SimDisk::put(const std::string& path, std::vector<std::byte> bytes) {
  auto inode = find(path);
  if (inode == nullptr) {
    const auto [folder, name] = split(path);
    inode = new_inode(kFileMode);
    folders_.at(folder)->apply({{name, inode}});
    folders_.at(folder)->sync();
  }
  inode->image.resize(0);
  inode->image.write(0, bytes);
  inode->image.sync();
  inode->mtime_ns = mtime();
}

void SimDisk::remove(const std::string& path) {
  const auto [folder, name] = split(path);
  folders_.at(folder)->apply({{name, nullptr}});
  folders_.at(folder)->sync();
}

}  // namespace xget::sim
