// What a disk keeps and what it may lose: the content of one file and the names of one folder,
// each as the process sees it and as the platter holds it. Pure but for the dice of a power cut.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_range.hpp"
#include "sim/dice.hpp"

namespace xget::sim {

class FileImage {
 public:
  static constexpr std::size_t kPage = 4096;
  static constexpr std::size_t kSector = 512;

  // As the process sees them.
  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }
  void write(std::uint64_t offset, std::span<const std::byte> bytes);  // grows as needed
  void resize(std::uint64_t size);                                     // new bytes are zero

  // All that is written becomes durable, the size too.
  void sync();
  // Some pages do not reach the platter, yet count as clean from now on: only writing them anew
  // and syncing again would save them.
  void fail_sync(Dice& dice);
  // The page cache drops these bytes: pages that a failed sync lost show what the platter holds.
  void evict(ByteRange range);
  // Of each page written since the last sync the platter may hold the old bytes, the new ones, or
  // some sectors of each; of the size the old or the new one.
  void power_cut(Dice& dice);

 private:
  using Page = std::array<std::byte, kPage>;
  using Pages = std::map<std::uint64_t, std::unique_ptr<Page>>;

  void keep_platter(std::uint64_t begin, std::uint64_t end);
  void restore(std::uint64_t number, const Page& page);
  void tear(std::uint64_t number, const Page& page, Dice& dice);

  std::vector<std::byte> bytes_;
  std::uint64_t platter_size_ = 0;
  Pages unsynced_;  // what the platter holds of pages written since the last sync
  Pages lost_;      // likewise, of pages that a failed sync dropped
};

struct Inode;
using InodePtr = std::shared_ptr<Inode>;

class FolderImage {
 public:
  using Names = std::map<std::string, InodePtr>;
  // One change that is atomic by itself; null: the name goes away.
  using Change = std::vector<std::pair<std::string, InodePtr>>;

  [[nodiscard]] const Names& names() const { return names_; }  // as the process sees them
  [[nodiscard]] InodePtr find(const std::string& name) const;  // null: absent
  void apply(Change change);
  void sync();
  // Unsynced changes may be kept up to some point, as a journal does, or each by chance.
  void power_cut(Dice& dice);

 private:
  static void set(Names& names, const Change& change);

  Names names_;
  Names platter_;
  std::vector<Change> pending_;  // since the last sync, oldest first
};

}  // namespace xget::sim
