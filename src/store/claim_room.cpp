#include "store/claim_room.hpp"

#include <algorithm>
#include <cerrno>

#include "base/units.hpp"
#include "store/disk_error.hpp"

namespace xget::store {
namespace {

Error no_room(const std::string& path, std::uint64_t need, std::uint64_t have) {
  Error error = disk_error("preallocate", path, ENOSPC);
  error.cause = "the download needs " + format_size(need) + " and the file system has " +
                format_size(have) + " free";
  error.remedy = "free some space, or put the file on another disk with -d or -o";
  return error;
}

}  // namespace

Result<void> claim_room(core::Folder& folder, const std::string& path, core::File& file,
                        const WantedRoom& wanted) {
  const std::uint64_t need = wanted.size - std::min(wanted.size, wanted.held);
  const std::uint64_t have = folder.free_bytes();
  // Asked before, because an allocation that fails half-way has filled the disk for others.
  if (wanted.how == Preallocate::Full && have < need) return fail(no_room(path, need, have));
  auto claimed = file.preallocate(wanted.size, wanted.how);
  if (!claimed && claimed.error().number == ENOSPC) return fail(no_room(path, need, have));
  return claimed;
}

}  // namespace xget::store
