#include "store/partial_lock.hpp"

#include <cerrno>
#include <utility>

#include "base/partial_names.hpp"
#include "base/text.hpp"

namespace xget::store {
namespace {

tl::unexpected<Error> busy(const std::string& path, int number, std::string cause,
                           std::string remedy) {
  Error error;
  error.code = ErrorCode::Busy;
  error.operation = "lock";
  error.subject = printable(partial_of(path));
  error.number = number;
  error.cause = std::move(cause);
  error.remedy = std::move(remedy);
  return fail(std::move(error));
}

}  // namespace

Result<bool> still_named(core::Folder& folder, const std::string& name, core::File& file) {
  const auto opened = file.info();
  if (!opened) return fail(opened.error());
  const auto named = folder.info(name);
  if (!named) return fail(named.error());
  return *named && (*named)->inode == opened->inode && (*named)->device == opened->device;
}

PartialLock::~PartialLock() { release(); }

PartialLock& PartialLock::operator=(PartialLock&& other) noexcept {
  std::swap(folder_, other.folder_);
  std::swap(lock_file_, other.lock_file_);
  return *this;
}

void PartialLock::release() {
  // A lock file that cannot be removed is named by the next run's error.
  if (folder_) static_cast<void>(folder_->remove(lock_file_));
  folder_.reset();
}

Result<PartialLock> PartialLock::take(std::shared_ptr<core::Folder> folder, core::File& partial,
                                      const std::string& name, const std::string& path) {
  auto outcome = partial.lock();
  if (!outcome) return fail(std::move(outcome.error()));
  if (*outcome == core::LockOutcome::Locked) return PartialLock{};
  if (*outcome == core::LockOutcome::HeldByOther) {
    return busy(path, EAGAIN, "another xget is downloading to it",
                "wait for the other one to end, or choose another name with --output");
  }
  PartialLock lock;
  lock.lock_file_ = lock_of(name);
  auto made = folder->create(lock.lock_file_, 0600);
  if (!made && made.error().number == EEXIST) {
    return busy(path, EEXIST, "another xget is downloading to it, or was stopped while it did",
                "if no other xget runs, remove " + printable(lock_of(path)));
  }
  if (!made) return fail(std::move(made.error()));
  lock.folder_ = std::move(folder);
  return lock;
}

}  // namespace xget::store
