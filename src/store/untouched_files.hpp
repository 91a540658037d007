// UntouchedFileSystem: another file system as it would be with all that is done to it, of which
// nothing is done. What is asked is answered from the disk, but for what was changed here: names
// that were made, renamed or removed, by whoever holds the same Folder. Written bytes are
// forgotten.
//
// It takes no lock: whether another process holds one is found out, and let go at once.
// Thread: as the ports say.
#pragma once

#include "core/ports.hpp"

namespace xget::store {

class UntouchedFileSystem final : public core::FileSystem {
 public:
  // `disk` must outlive it and what it opens.
  explicit UntouchedFileSystem(core::FileSystem& disk) : disk_(disk) {}

  // One that is not there but could be made is as good as there, and empty.
  Result<std::shared_ptr<core::Folder>> open_folder(const std::string& path) override;
  Result<void> make_folder(const std::string&) override { return {}; }

 private:
  core::FileSystem& disk_;
};

}  // namespace xget::store
