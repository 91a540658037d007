#include "remote/folder_walk.hpp"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

#include "store/disk_error.hpp"

namespace xget::remote {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using OpenFolder = std::unique_ptr<DIR, CloseFolder>;

bool is_own_name(const char* name) {
  return std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0;
}

// Whether it is a folder, with links followed or not; what cannot be looked at is none.
bool is_folder(const std::string& path, unsigned char type, bool follow_links) {
  if (type == DT_DIR) return true;
  const bool may_be = type == DT_UNKNOWN || (type == DT_LNK && follow_links);
  struct stat status {};
  if (!may_be) return false;
  const int seen = follow_links ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status);
  return seen == 0 && S_ISDIR(status.st_mode);
}

// nullptr: it is a regular file.
const char* fault_of(const struct stat& status) {
  if (S_ISREG(status.st_mode)) return nullptr;
  if (S_ISLNK(status.st_mode)) return "it is a symbolic link";
  if (S_ISDIR(status.st_mode)) return "it is a folder by now";
  return "it is no regular file";
}

}  // namespace

Result<FolderWalk> FolderWalk::open(WalkSettings settings) {
  FolderWalk walk(std::move(settings));
  if (auto entered = walk.enter(""); !entered) return fail(std::move(entered.error()));
  return walk;
}

std::optional<WalkedFile> FolderWalk::next() {
  while (!open_.empty()) {
    Opened& folder = open_.back();
    if (folder.next == folder.entries.size()) {
      open_.pop_back();
      continue;
    }
    const FolderEntry& entry = folder.entries[folder.next++];
    if (auto file = visit(folder.path + entry.name, entry.is_folder)) return file;
  }
  return std::nullopt;
}

std::vector<PassedOver> FolderWalk::take_passed_over() { return std::exchange(passed_over_, {}); }

// A folder is entered, and a file told.
std::optional<WalkedFile> FolderWalk::visit(const std::string& path, bool is_folder) {
  if (is_folder) {
    if (!settings_.filter.may_take_below(path)) return std::nullopt;
    if (auto entered = enter(path + "/"); !entered) pass_over(path, entered.error().cause, true);
    return std::nullopt;
  }
  if (!settings_.filter.takes(path)) return std::nullopt;
  const std::string file = on_disk(path);
  struct stat status {};
  const int seen =
      settings_.follow_links ? ::stat(file.c_str(), &status) : ::lstat(file.c_str(), &status);
  if (seen != 0) {
    pass_over(path, std::strerror(errno));
    return std::nullopt;
  }
  if (const char* fault = fault_of(status)) {
    pass_over(path, fault);
    return std::nullopt;
  }
  return WalkedFile{.path = path,
                    .size = static_cast<std::uint64_t>(status.st_size),
                    .modified = WallTime(std::chrono::seconds(status.st_mtim.tv_sec)),
                    .mode = status.st_mode & 0777U};
}

Result<void> FolderWalk::enter(std::string path) {
  const std::string name = on_disk(path);
  const OpenFolder folder(::opendir(name.c_str()));
  struct stat status {};
  if (!folder || ::fstat(::dirfd(folder.get()), &status) != 0) {
    return fail(store::disk_error("read the folder", name, errno));
  }
  if (is_open(status)) {
    pass_over(path, "it is a link to a folder that it is in");
    return {};
  }
  Opened opened{.path = std::move(path), .device = status.st_dev, .inode = status.st_ino};
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());
    if (entry == nullptr && errno != 0) {
      return fail(store::disk_error("read the folder", name, errno));
    }
    if (entry == nullptr) break;
    if (is_own_name(entry->d_name)) continue;
    const std::string whole = name + "/" + entry->d_name;
    opened.entries.push_back(
        {entry->d_name, is_folder(whole, entry->d_type, settings_.follow_links)});
  }
  std::ranges::sort(opened.entries, walks_before);
  open_.push_back(std::move(opened));
  return {};
}

bool FolderWalk::is_open(const struct stat& folder) const {
  return std::ranges::any_of(open_, [&](const Opened& each) {
    return each.device == folder.st_dev && each.inode == folder.st_ino;
  });
}

std::string FolderWalk::on_disk(const std::string& path) const {
  if (path.empty()) return settings_.folder;
  return settings_.folder + (settings_.folder.ends_with('/') ? "" : "/") + path;
}

void FolderWalk::pass_over(std::string path, std::string why, bool unseen) {
  passed_over_.push_back({std::move(path), std::move(why), unseen});
}

}  // namespace xget::remote
