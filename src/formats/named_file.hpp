// Which of several described files somebody means who has a path: a URL's, decoded, or a name.
#pragma once

#include <string_view>
#include <vector>

#include "base/path_parts.hpp"

namespace xget::formats {

// Whether the path ends in all components of the name.
constexpr bool is_end_of(std::string_view name, std::string_view path) {
  if (name.empty() || !path.ends_with(name)) return false;
  return name.size() == path.size() || name.starts_with('/') ||
         path[path.size() - name.size() - 1] == '/';
}

// The one whose whole name is the longest end of `path` ("images/a.iso" before "a.iso"), else the
// only one that is called the same in another folder. nullptr: none, or several. `name_of(file)`
// is its name as text.
template <typename File, typename NameOf>
const File* find_named(const std::vector<File>& files, std::string_view path, NameOf name_of) {
  struct Found {
    const File* file = nullptr;
    bool several = false;
    void add(const File& one) {
      several = file != nullptr;
      file = &one;
    }
  };
  Found at_path;
  Found called_so;
  std::size_t longest = 0;
  const std::string_view wanted = parts_of(path).name;
  if (wanted.empty()) return nullptr;
  for (const File& file : files) {
    const auto& name = name_of(file);
    if (parts_of(name).name != wanted) continue;
    called_so.add(file);
    if (!is_end_of(name, path) || name.size() < longest) continue;
    if (name.size() > longest) at_path = {};
    longest = name.size();
    at_path.add(file);
  }
  const Found& best = at_path.file != nullptr ? at_path : called_so;
  return best.several ? nullptr : best.file;
}

}  // namespace xget::formats
