// Where a file and what stands beside it are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/ports.hpp"
#include "xget/error.hpp"

namespace xget::api {

// FILE's folders, opened.
struct OpenPlace {
  std::string file;            // as the user wrote it
  std::string name;            // in its folder
  std::string prefix;          // of FILE, before its name
  std::string sidecar_prefix;  // of its sidecar
  std::shared_ptr<core::Folder> folder, sidecars;
  std::string sidecar;  // its name

  [[nodiscard]] std::string path_of(const std::string& beside) const { return prefix + beside; }
};

// The sidecars are in `checkpoint_folder`; empty: beside FILE. Fails with Disk.
Result<OpenPlace> open_place(const std::string& file, const std::string& checkpoint_folder);

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
