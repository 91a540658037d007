#include "api/partial_place.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/partial_names.hpp"
#include "store/disk_error.hpp"

namespace xget::api {

PartialPlace place_of(const std::string& path) {
  const std::size_t begin = path.rfind('/') + 1;  // npos + 1 is 0
  return {.folder = path.substr(0, begin), .name = path.substr(begin)};
}

std::string as_prefix(const std::string& folder) {
  if (folder == ".") return "";
  return folder.ends_with('/') ? folder : folder + "/";
}

bool is_partial_name(const std::string& path) {
  const std::string name = place_of(path).name;
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
