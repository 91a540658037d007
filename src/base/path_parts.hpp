// A path's folder and its name, by the last slash alone: nothing is looked up. Pure.
#pragma once

#include <string>
#include <string_view>

namespace xget {

// Both are parts of the path, which must outlive them.
struct PathParts {
  std::string_view folder;  // with its slash; empty: the working folder
  std::string_view name;    // empty: the path ends in a slash
};

constexpr PathParts parts_of(std::string_view path) {
  const std::size_t begin = path.rfind('/') + 1;  // npos + 1 is 0
  return {path.substr(0, begin), path.substr(begin)};
}

// `name` in `folder`, which is the working folder if it is empty.
inline std::string path_in(std::string_view folder, std::string_view name) {
  std::string path(folder);
  if (!path.empty() && path.back() != '/') path += '/';
  return path.append(name);
}

}  // namespace xget
