// PosixFileSystem: core::FileSystem over folder descriptors. Names inside a folder are looked up
// by its descriptor and never through a symbolic link; the path of the folder itself is the
// user's and may lead over links.
// Thread: any.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/ports.hpp"

namespace xget::store {

class PosixFileSystem final : public core::FileSystem {
 public:
  Result<std::shared_ptr<core::Folder>> open_folder(const std::string& path) override;
  // What it makes is synced into its parents, so that a power cut does not take it back.
  Result<void> make_folder(const std::string& path) override;

 private:
  std::mutex mutex_;  // guards the rest
  // Many files go to one folder: it is opened once for those that run together.
  std::weak_ptr<core::Folder> last_;
  std::string last_path_;
};

}  // namespace xget::store
