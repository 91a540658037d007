// Where a file and what stands beside it are.
#pragma once

#include <string>

namespace xget::api {

struct PartialPlace {
  std::string folder;  // as the user wrote it, with its slash; empty: the current one
  std::string name;    // of FILE

  [[nodiscard]] std::string path() const { return folder + name; }
};

PartialPlace place_of(const std::string& path);

// FILE's, of FILE.partial; FILE is the rest of its name.
bool is_partial_name(const std::string& path);
std::string file_of_partial(std::string path);

// Whether there is anything of that name; links are not followed.
bool is_there(const std::string& path);

}  // namespace xget::api
