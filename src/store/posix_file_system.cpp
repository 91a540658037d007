#include "store/posix_file_system.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <climits>
#include <cstdio>
#include <fstream>
#include <limits>

#include "base/descriptor.hpp"
#include "store/disk_error.hpp"
#include "store/posix_file.hpp"

namespace xget::store {
namespace {

// O_NONBLOCK: a planted FIFO must not hold up open(); on regular files it does nothing.
constexpr int kOpenFlags = O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr std::size_t kUsualNameMax = 255;

// Local ones, by their numbers in statfs(2). One in user space, or behind a network, may hand a
// sync of the whole to nobody.
constexpr std::array<decltype(statfs::f_type), 7> kSyncedAsAWhole{
    0xEF53,      // ext2, ext3, ext4
    0x58465342,  // XFS
    0x9123683E,  // btrfs
    0xF2F52010,  // F2FS
    0x2FC12FC1,  // ZFS
    0xCA451A4E,  // bcachefs
    0x01021994,  // tmpfs, where there is nothing to sync
};

[[maybe_unused]] bool is_single_component(const std::string& name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos;
}

// Beneath the folder and over no link of any kind, whatever `name` turns out to be. A kernel before
// 5.6 has no such call, and a container may forbid it with EPERM: then single components and
// O_NOFOLLOW have to do. Where EPERM is the file's own answer, the second call hears it again.
int open_beneath(int folder, const char* name, int flags, mode_t mode) {
  struct open_how how {};
  how.flags = static_cast<std::uint64_t>(flags);
  how.mode = mode;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const auto file = static_cast<int>(::syscall(SYS_openat2, folder, name, &how, sizeof how));
  if (file >= 0 || (errno != ENOSYS && errno != EPERM)) return file;
  return ::openat(folder, name, flags, mode);
}

// umask() can only be read by setting it, which other threads would see; /proc tells it.
mode_t read_umask() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    unsigned int mask = 0;
    if (std::sscanf(line.c_str(), "Umask: %o", &mask) == 1) return static_cast<mode_t>(mask);
  }
  const mode_t mask = ::umask(077);
  ::umask(mask);
  return mask;
}

// What stays the same of a folder.
struct FolderFacts {
  core::FolderId id;
  bool read_only = false;
  bool synced_as_a_whole = false;
  std::size_t longest_name = kUsualNameMax;
};

FolderFacts facts_of(int folder) {
  FolderFacts facts;
  struct stat status {};
  if (::fstat(folder, &status) == 0) facts.id = {status.st_dev, status.st_ino};
  struct statfs system {};
  if (::fstatfs(folder, &system) != 0) return facts;
  facts.read_only = (system.f_flags & ST_RDONLY) != 0;
  facts.synced_as_a_whole = std::find(kSyncedAsAWhole.begin(), kSyncedAsAWhole.end(),
                                      system.f_type) != kSyncedAsAWhole.end();
  if (system.f_namelen > 0) facts.longest_name = static_cast<std::size_t>(system.f_namelen);
  return facts;
}

class PosixFolder final : public core::Folder {
 public:
  PosixFolder(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)),
        path_(std::move(path)),
        facts_(facts_of(descriptor_.get())) {}

  Result<std::unique_ptr<core::File>> create(const std::string& name, std::uint32_t mode) override {
    return open_with("create", name, O_RDWR | O_CREAT | O_EXCL, static_cast<mode_t>(mode));
  }

  Result<std::unique_ptr<core::File>> open(const std::string& name, core::Access access) override {
    return open_with("open", name, access == core::Access::Read ? O_RDONLY : O_RDWR, 0);
  }

  Result<std::optional<core::FileInfo>> info(const std::string& name) override {
    assert(is_single_component(name));
    struct stat status {};
    if (::fstatat(descriptor_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
      return file_info(status);
    }
    if (errno == ENOENT) return std::nullopt;
    return failure("look at", name);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    assert(is_single_component(from) && is_single_component(to));
    if (::renameat(descriptor_.get(), from.c_str(), descriptor_.get(), to.c_str()) != 0) {
      return failure("rename", from);
    }
    return {};
  }

  Result<void> rename_no_replace(const std::string& from, const std::string& to) override {
    assert(is_single_component(from) && is_single_component(to));
    const int here = descriptor_.get();
    if (::renameat2(here, from.c_str(), here, to.c_str(), RENAME_NOREPLACE) == 0) return {};
    if (errno != EINVAL && errno != ENOSYS) return failure("rename", errno == EEXIST ? to : from);
    return link_and_unlink(from, to);
  }

  Result<void> remove(const std::string& name) override {
    assert(is_single_component(name));
    if (::unlinkat(descriptor_.get(), name.c_str(), 0) != 0 && errno != ENOENT) {
      return failure("remove", name);
    }
    return {};
  }

  // By the descriptor: what is linked is the file that was opened, whatever has its name by now.
  Result<void> link(core::File& file, const std::string& name) override {
    assert(is_single_component(name));
    const int descriptor = static_cast<PosixFile&>(file).descriptor();
    const std::string opened = "/proc/self/fd/" + std::to_string(descriptor);
    if (::linkat(AT_FDCWD, opened.c_str(), descriptor_.get(), name.c_str(), AT_SYMLINK_FOLLOW) ==
        0) {
      return {};
    }
    return failure("link", name);
  }

  Result<void> append(const std::string& name, std::string_view bytes) override {
    constexpr mode_t kPrivateMode = 0600;
    assert(is_single_component(name));
    const Descriptor file(uninterrupted([&] {
      return open_beneath(descriptor_.get(), name.c_str(),
                          O_WRONLY | O_CREAT | O_APPEND | kOpenFlags, kPrivateMode);
    }));
    if (!file.valid()) return failure("open", name);
    const ssize_t written =
        uninterrupted([&] { return ::write(file.get(), bytes.data(), bytes.size()); });
    if (written < 0) return failure("write", name);
    if (static_cast<std::size_t>(written) == bytes.size()) return {};
    return fail(disk_error("write", path_of(name), ENOSPC));
  }

  Result<void> sync() override {
    if (::fsync(descriptor_.get()) == 0) return {};
    // Some network file systems have no sync for folders; then there is nothing more to be had.
    if (errno == EINVAL || errno == EOPNOTSUPP) return {};
    return fail(disk_error("sync the folder", path_, errno));
  }

  Result<void> sync_file_system() override {
    if (::syncfs(descriptor_.get()) == 0) return {};
    return fail(disk_error("sync the file system of", path_, errno));
  }

  bool synced_as_a_whole() override { return facts_.synced_as_a_whole; }
  core::FolderId id() override { return facts_.id; }

  Result<void> writable() override {
    const auto refuse = [this](int why) {
      return fail(disk_error("write in the folder", path_.empty() ? "." : path_, why));
    };
    if (::faccessat(descriptor_.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) return refuse(errno);
    return facts_.read_only ? refuse(EROFS) : Result<void>{};
  }

  std::uint64_t free_bytes() override {
    struct statvfs status {};
    if (::fstatvfs(descriptor_.get(), &status) != 0 || status.f_blocks == 0) {
      return std::numeric_limits<std::uint64_t>::max();
    }
    return static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize;
  }

  std::size_t longest_name() override { return facts_.longest_name; }

  std::uint32_t file_mode() override {
    static const mode_t mask = read_umask();
    return 0666 & ~mask;
  }

  std::string whole_path() override {
    std::array<char, PATH_MAX> path{};
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor_.get());
    const ssize_t length = ::readlink(link.c_str(), path.data(), path.size());
    const bool whole = length > 0 && static_cast<std::size_t>(length) < path.size();
    return whole && path.front() == '/' ? std::string(path.data(), static_cast<std::size_t>(length))
                                        : std::string();
  }

 private:
  Result<std::unique_ptr<core::File>> open_with(const char* operation, const std::string& name,
                                                int flags, mode_t mode) {
    assert(is_single_component(name));
    Descriptor file(uninterrupted(
        [&] { return open_beneath(descriptor_.get(), name.c_str(), flags | kOpenFlags, mode); }));
    if (!file.valid()) return failure(operation, name);
    return std::make_unique<PosixFile>(std::move(file), path_of(name));
  }

  // For file systems without RENAME_NOREPLACE. A crash between the two calls leaves both names
  // on one file; Target::open_partial clears that up.
  Result<void> link_and_unlink(const std::string& from, const std::string& to) {
    const int here = descriptor_.get();
    if (::linkat(here, from.c_str(), here, to.c_str(), 0) == 0) return remove(from);
    if (errno == EEXIST) return failure("rename", to);
    // Neither of the two (some FUSE file systems): look first, which is all that is left.
    auto taken = info(to);
    if (!taken) return fail(std::move(taken.error()));
    if (*taken) return fail(disk_error("rename", path_of(to), EEXIST));
    return rename(from, to);
  }

  [[nodiscard]] std::string path_of(const std::string& name) const {
    if (path_.empty()) return name;
    return path_.back() == '/' ? path_ + name : path_ + '/' + name;
  }
  [[nodiscard]] tl::unexpected<Error> failure(const char* operation,
                                              const std::string& name) const {
    return fail(disk_error(operation, path_of(name), errno));
  }

  Descriptor descriptor_;
  std::string path_;  // as given, for messages
  const FolderFacts facts_;
};

bool leads_to(const char* path, core::FolderId folder) {
  struct stat status {};
  return ::stat(path, &status) == 0 && status.st_dev == folder.file_system &&
         status.st_ino == folder.inode;
}

// Makes one folder; its parent is synced only if it was not there before.
Result<void> make_one(const std::string& path, const std::string& parent) {
  if (::mkdir(path.c_str(), 0777) != 0) {
    if (errno == EEXIST) return {};
    return fail(disk_error("make the folder", path, errno));
  }
  PosixFileSystem files;
  auto folder = files.open_folder(parent);
  if (!folder) return fail(std::move(folder.error()));
  return (*folder)->sync();
}

}  // namespace

Result<std::shared_ptr<core::Folder>> PosixFileSystem::open_folder(const std::string& path) {
  const char* name = path.empty() ? "." : path.c_str();
  const std::lock_guard lock(mutex_);
  auto last = path == last_path_ ? last_.lock() : nullptr;
  if (last && leads_to(name, last->id())) return last;  // no other one has taken its place
  Descriptor descriptor(
      uninterrupted([&] { return ::open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!descriptor.valid()) return fail(disk_error("open the folder", name, errno));
  auto folder = std::make_shared<PosixFolder>(std::move(descriptor), path);
  last_ = folder;
  last_path_ = path;
  return folder;
}

Result<void> PosixFileSystem::make_folder(const std::string& path) {
  std::string parent = path.starts_with('/') ? "/" : "";
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin) {
      const std::string here = path.substr(0, end);
      if (auto made = make_one(here, parent); !made) return made;
      parent = here;
    }
    begin = end + 1;
  }
  return {};
}

}  // namespace xget::store
