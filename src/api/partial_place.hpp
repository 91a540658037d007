// Where a file and what stands beside it are.
#pragma once

#include <string>
#include <vector>

#include "xget/error.hpp"

namespace xget::api {

struct PartialPlace {
  std::string folder;  // as the user wrote it, with its slash; empty: the current one
  std::string name;    // of FILE

  [[nodiscard]] std::string path() const { return folder + name; }
};

PartialPlace place_of(const std::string& path);

// A folder as it stands before a name: with its slash, and nothing for the current one.
std::string as_prefix(const std::string& folder);

// FILE's, of FILE.partial; FILE is the rest of its name.
bool is_partial_name(const std::string& path);
std::string file_of_partial(std::string path);

// The names in a folder, in order. Fails with Disk.
Result<std::vector<std::string>> names_in(const std::string& folder);

// Whether there is anything of that name; links are not followed.
bool is_there(const std::string& path);

}  // namespace xget::api
