#include "remote/walk_order.hpp"

#include <algorithm>
#include <string_view>

namespace xget::remote {
namespace {

// Of a name, to which a folder's "/" belongs. -1: it ends before that.
int byte_at(const FolderEntry& entry, std::size_t index) {
  if (index < entry.name.size()) return static_cast<unsigned char>(entry.name[index]);
  return entry.is_folder && index == entry.name.size() ? '/' : -1;
}

}  // namespace

bool walks_before(const FolderEntry& a, const FolderEntry& b) {
  const std::size_t common = std::min(a.name.size(), b.name.size());
  const int order = std::string_view(a.name).substr(0, common).compare(
      std::string_view(b.name).substr(0, common));
  if (order != 0) return order < 0;
  // One is the other's front, or they are the same: what follows decides.
  return byte_at(a, common) < byte_at(b, common);
}

}  // namespace xget::remote
