#include "sim/platter.hpp"

#include <algorithm>
#include <iterator>

namespace xget::sim {

void FileImage::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  const std::uint64_t end = offset + bytes.size();
  keep_platter(offset, end);
  if (end > bytes_.size()) bytes_.resize(end);
  std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
}

void FileImage::resize(std::uint64_t size) {
  if (size < bytes_.size()) keep_platter(size, bytes_.size());
  bytes_.resize(size);
}

// A page that a failed sync lost becomes an ordinary unsynced one when it is written again.
void FileImage::keep_platter(std::uint64_t begin, std::uint64_t end) {
  for (std::uint64_t number = begin / kPage; number * kPage < end; ++number) {
    if (unsynced_.contains(number)) continue;
    if (auto lost = lost_.extract(number)) {
      unsynced_.insert(std::move(lost));
      continue;
    }
    auto page = std::make_unique<Page>();
    const std::uint64_t from = std::min<std::uint64_t>(number * kPage, bytes_.size());
    const std::uint64_t to = std::min<std::uint64_t>(from + kPage, bytes_.size());
    std::copy(bytes_.begin() + static_cast<std::ptrdiff_t>(from),
              bytes_.begin() + static_cast<std::ptrdiff_t>(to), page->begin());
    unsynced_.emplace(number, std::move(page));
  }
}

void FileImage::sync() {
  unsynced_.clear();
  platter_size_ = bytes_.size();
}

void FileImage::fail_sync(Dice& dice) {
  for (auto& [number, page] : unsynced_) {
    if (dice.chance(0.5)) lost_.insert_or_assign(number, std::move(page));
  }
  sync();
}

void FileImage::evict(ByteRange range) {
  std::erase_if(lost_, [&](const auto& entry) {
    const std::uint64_t begin = entry.first * kPage;
    if (begin < range.begin || begin + kPage > range.end) return false;
    restore(entry.first, *entry.second);
    return true;
  });
}

void FileImage::power_cut(Dice& dice) {
  const std::uint64_t size = dice.chance(0.5) ? bytes_.size() : platter_size_;
  bytes_.resize(std::max<std::uint64_t>(bytes_.size(), platter_size_));
  const std::array<double, 4> styles{0, 0.1, 0.5, 1};
  const double survives = dice.pick(styles);
  const double torn = dice.chance(0.5) ? 0.1 : 0;
  for (const auto& [number, page] : unsynced_) {
    if (dice.chance(torn)) {
      tear(number, *page, dice);
    } else if (!dice.chance(survives)) {
      restore(number, *page);
    }
  }
  for (const auto& [number, page] : lost_) restore(number, *page);
  lost_.clear();
  bytes_.resize(size);
  sync();
}

void FileImage::restore(std::uint64_t number, const Page& page) {
  const std::uint64_t begin = number * kPage;
  if (begin >= bytes_.size()) return;
  const auto length = std::min<std::uint64_t>(kPage, bytes_.size() - begin);
  std::copy_n(page.begin(), length, bytes_.begin() + static_cast<std::ptrdiff_t>(begin));
}

void FileImage::tear(std::uint64_t number, const Page& page, Dice& dice) {
  for (std::uint64_t at = 0; at < kPage; at += kSector) {
    const std::uint64_t begin = number * kPage + at;
    if (dice.chance(0.5) || begin >= bytes_.size()) continue;
    const auto length = std::min<std::uint64_t>(kSector, bytes_.size() - begin);
    std::copy_n(page.begin() + static_cast<std::ptrdiff_t>(at), length,
                bytes_.begin() + static_cast<std::ptrdiff_t>(begin));
  }
}

InodePtr FolderImage::find(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

void FolderImage::apply(Change change) {
  set(names_, change);
  pending_.push_back(std::move(change));
}

void FolderImage::sync() {
  platter_ = names_;
  pending_.clear();
}

void FolderImage::power_cut(Dice& dice) {
  const bool in_order = dice.chance(0.7);
  const std::uint64_t kept = dice.below(pending_.size() + 1);
  for (std::size_t i = 0; i < pending_.size(); ++i) {
    if (in_order ? i < kept : dice.chance(0.5)) set(platter_, pending_[i]);
  }
  names_ = platter_;
  pending_.clear();
}

void FolderImage::set(Names& names, const Change& change) {
  for (const auto& [name, inode] : change) {
    if (inode == nullptr) {
      names.erase(name);
    } else {
      names[name] = inode;
    }
  }
}

}  // namespace xget::sim
