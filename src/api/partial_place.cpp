#include "api/partial_place.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/partial_names.hpp"
#include "base/path_parts.hpp"
#include "store/disk_error.hpp"
#include "store/load_sidecar.hpp"
#include "store/posix_file_system.hpp"

namespace xget::api {

Result<OpenPlace> open_place(const std::string& file, const std::string& checkpoint_folder) {
  const PathParts parts = parts_of(file);
  OpenPlace place{
      .file = file, .name = std::string(parts.name), .prefix = std::string(parts.folder)};
  store::PosixFileSystem files;
  auto folder = files.open_folder(place.prefix);
  if (!folder) return fail(std::move(folder.error()));
  place.folder = place.sidecars = *std::move(folder);
  place.sidecar_prefix = place.prefix;
  if (!checkpoint_folder.empty()) {
    auto sidecars = files.open_folder(checkpoint_folder);
    if (!sidecars) return fail(std::move(sidecars.error()));
    place.sidecars = *std::move(sidecars);
    place.sidecar_prefix = as_prefix(checkpoint_folder);
  }
  place.sidecar =
      store::sidecar_name(place.file, place.name, *place.sidecars, checkpoint_folder.empty());
  return place;
}

std::string as_prefix(const std::string& folder) {
  if (folder == ".") return "";
  return folder.ends_with('/') ? folder : folder + "/";
}

bool is_partial_name(const std::string& path) {
  const std::string_view name = parts_of(path).name;
  return name.size() > kPartialSuffix.size() && name.ends_with(kPartialSuffix);
}

std::string file_of_partial(std::string path) {
  path.resize(path.size() - kPartialSuffix.size());
  return path;
}

Result<std::vector<std::string>> names_in(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) return fail(store::disk_error("list the folder", folder, error.value()));
  std::sort(names.begin(), names.end());
  return names;
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

}  // namespace xget::api
