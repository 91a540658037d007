#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include "base/path_parts.hpp"
#include "store/disk_error.hpp"
#include "store/posix_file_system.hpp"
#include "xget/tree_copy.hpp"

namespace xget {
namespace {

// rmdir(2) takes neither what is not empty nor what is a link.
void remove_empty_folders(std::string path, const std::string& below) {
  if (below.empty() || !path.starts_with(below)) return;
  while (true) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos || slash < below.size()) return;
    path.resize(slash);
    if (::rmdir(path.c_str()) != 0) return;
  }
}

}  // namespace

Result<void> move_into_place(const MoveSpec& move) {
  store::PosixFileSystem files;
  const std::string folder(parts_of(move.to).folder);
  if (auto made = files.make_folder(folder); !made) return made;
  if (::rename(move.from.c_str(), move.to.c_str()) != 0) {
    return fail(store::disk_error("move into its place", move.to, errno));
  }
  auto opened = files.open_folder(folder);
  return opened ? (*opened)->sync() : Result<void>(fail(std::move(opened.error())));
}

Result<void> remove_local(const TreeExtra& extra) {
  store::PosixFileSystem files;
  const PathParts parts = parts_of(extra.target);
  auto folder = files.open_folder(std::string(parts.folder));
  if (!folder) return fail(std::move(folder.error()));
  auto removed = (*folder)->remove(std::string(parts.name));
  if (removed) remove_empty_folders(extra.target, extra.below);
  return removed;
}

}  // namespace xget
