// The lock that keeps a second xget off FILE.partial.
//
// An open-file-description lock on the partial itself: it dies with the process, whatever kills
// it. Where the file system has no such locks, a file FILE.partial.lock made by O_EXCL stands in
// for it. That one outlives a crash, so the error then names it for the user to remove.
#pragma once

#include <memory>
#include <string>

#include "core/ports.hpp"

namespace xget::store {

// Whether `name` is the name of this open file. To be asked once a lock is held: before that
// another process may have renamed or removed what was opened.
Result<bool> still_named(core::Folder& folder, const std::string& name, core::File& file);

// Holds the lock file, if there is one; the other kind of lock lives and dies with the File.
class PartialLock {
 public:
  PartialLock() = default;
  ~PartialLock();
  PartialLock(PartialLock&& other) noexcept = default;
  PartialLock& operator=(PartialLock&& other) noexcept;

  // Fails with Busy if another process holds it: number EAGAIN where it has this very file locked,
  // EEXIST where a lock file stands. `partial` is what is locked; FILE is `name` in its folder, and
  // `path` in messages.
  static Result<PartialLock> take(std::shared_ptr<core::Folder> folder, core::File& partial,
                                  const std::string& name, const std::string& path);

 private:
  void release();

  std::shared_ptr<core::Folder> folder_;  // null: nothing to remove
  std::string lock_file_;
};

}  // namespace xget::store
