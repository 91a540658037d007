#include "api/partial_place.hpp"

#include <sys/stat.h>

#include "base/partial_names.hpp"

namespace xget::api {

PartialPlace place_of(const std::string& path) {
  const std::size_t begin = path.rfind('/') + 1;  // npos + 1 is 0
  return {.folder = path.substr(0, begin), .name = path.substr(begin)};
}

bool is_partial_name(const std::string& path) {
  const std::string name = place_of(path).name;
  return name.size() > kPartialSuffix.size() && name.ends_with(kPartialSuffix);
}

std::string file_of_partial(std::string path) {
  path.resize(path.size() - kPartialSuffix.size());
  return path;
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

}  // namespace xget::api
