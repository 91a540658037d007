// FolderWalk: the regular files below a folder, in the byte order of their relative paths, which is
// the order in which stores list keys; a folder that the filter leaves nothing of is not opened.
//
// What is no regular file is passed over, and told: devices, pipes and sockets always, symbolic
// links unless they are followed (a link to a folder that it is in is passed over then, too). Each
// name of a file with several hard links is a file of its own.
// In memory are the entries of the folders on the way to the file that comes next.
// Thread: any, one at a time; its calls block.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "remote/glob_filter.hpp"
#include "remote/walk_order.hpp"
#include "xget/error.hpp"

namespace xget::remote {

struct WalkSettings {
  std::string folder;
  GlobFilter filter;
  bool follow_links = false;
};

struct WalkedFile {
  std::string path;  // relative, "/" between segments
  std::uint64_t size = 0;
  WallTime modified{};  // rounded down
  std::uint32_t mode = 0;
};

struct PassedOver {
  std::string path;     // likewise; empty: the folder itself
  std::string why;      // "it is a symbolic link", "Permission denied"
  bool unseen = false;  // what is below it nobody knows: nothing may be concluded from its absence
};

class FolderWalk {
 public:
  // Fails with Disk: it is no folder, or is closed.
  static Result<FolderWalk> open(WalkSettings settings);

  // The next file; nullopt: that was all.
  std::optional<WalkedFile> next();
  // What was passed over since this was asked last.
  std::vector<PassedOver> take_passed_over();

 private:
  struct Opened {
    std::string path;  // relative, ends in "/"; empty: the topmost
    dev_t device = 0;
    ino_t inode = 0;
    std::vector<FolderEntry> entries;  // in their order
    std::size_t next = 0;
  };

  explicit FolderWalk(WalkSettings settings) : settings_(std::move(settings)) {}
  [[nodiscard]] std::string on_disk(const std::string& path) const;
  Result<void> enter(std::string path);
  std::optional<WalkedFile> visit(const std::string& path, bool is_folder);
  [[nodiscard]] bool is_open(const struct stat& folder) const;
  void pass_over(std::string path, std::string why, bool unseen = false);

  WalkSettings settings_;
  std::vector<Opened> open_;  // from the topmost down
  std::vector<PassedOver> passed_over_;
};

}  // namespace xget::remote
