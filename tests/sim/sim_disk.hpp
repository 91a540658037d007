// SimDisk: a file system in memory that can lose what was not synced (platter.hpp says how), fail
// and be slow. A killed process loses its locks and nothing else.
//
// Thread: the simulation's. Calls made inside a worker's task wait there in virtual time, others
// block the loop: they move the clock. Calls of a dying process (World::process_dying) fail without
// effect.
// Lifetime: outlives every File and Folder it gave out.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ports.hpp"
#include "sim/platter.hpp"
#include "sim/world.hpp"

namespace xget::sim {

// Probabilities are for each call.
struct DiskFaults {
  double write_fails = 0;     // ENOSPC or EIO, without effect
  double sync_fails = 0;      // EIO; the pages it could not write count as clean from then on
  double name_fails = 0;      // creating, renaming, removing and syncing names: EIO
  double slow = 0;            // a call that takes up to seconds
  bool lies = false;          // syncs report success and do nothing
  bool direct_writes = true;  // the file system has them
  bool locks = true;          // the file system knows locks
  std::uint64_t capacity = std::numeric_limits<std::uint64_t>::max();  // bytes of all files
};

// Ordering calls are those that sync, create, rename and remove: what is around them matters most.
enum class DiskCall { Write, Ordering };

struct Inode {
  std::uint64_t number = 0;
  FileImage image;
  std::map<std::string, std::string> attributes;
  std::uint32_t mode = 0;
  std::int64_t mtime_ns = 0;
  const void* locked_by = nullptr;
  bool lost_writes = false;  // a sync of everything could not put them on the platter
};

class SimDisk final : public core::FileSystem {
 public:
  explicit SimDisk(World& world);
  ~SimDisk() override;

  Result<std::shared_ptr<core::Folder>> open_folder(const std::string& path) override;
  Result<void> make_folder(const std::string& path) override;

  DiskFaults faults;

  // Calls `then` once, right after so many calls that change the disk (from 1).
  void after_calls(std::uint64_t calls, bool ordering_only, std::function<void()> then);
  void cancel_after_calls() { calls_left_ = 0; }
  // What a power cut leaves. The process must have ended.
  void power_cut(Dice& dice);

  // ---- from outside of the process, by path, at once and durably ----
  [[nodiscard]] const std::vector<std::byte>* content(const std::string& path) const;  // or null
  [[nodiscard]] std::uint64_t inode(const std::string& path) const;                    // or 0
  [[nodiscard]] std::vector<std::string> names(const std::string& folder) const;
  void put(const std::string& path, std::vector<std::byte> bytes);  // creates or overwrites
  void remove(const std::string& path);

 private:
  friend class SimFile;
  friend class SimFolder;

  Result<void> begin(const char* operation, const std::string& subject, double fails);
  void end(const char* operation, DiskCall call, std::uint64_t a = 0, std::uint64_t b = 0);
  void wait_for_disk();
  void sync_all();
  [[nodiscard]] bool has_room(const Inode& inode, std::uint64_t size) const;
  [[nodiscard]] std::uint64_t free_bytes() const;
  InodePtr new_inode(std::uint32_t mode);
  [[nodiscard]] core::FileInfo info(const Inode& inode) const;
  [[nodiscard]] std::int64_t mtime() const;
  [[nodiscard]] InodePtr find(const std::string& path) const;

  World& world_;
  std::map<std::string, std::shared_ptr<FolderImage>> folders_;
  std::vector<std::weak_ptr<Inode>> inodes_;
  std::uint64_t calls_left_ = 0;  // 0: nothing waits for them
  bool ordering_only_ = false;
  std::function<void()> after_calls_;
};

}  // namespace xget::sim
