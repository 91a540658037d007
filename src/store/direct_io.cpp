#include "store/direct_io.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace xget::store {
namespace {

// What the file system says since Linux 6.1; where it says nothing a page has always been enough.
bool takes_pages(int file) {
#ifdef STATX_DIOALIGN
  struct statx status {};
  const bool told = ::statx(file, "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) == 0 &&
                    (status.stx_mask & STATX_DIOALIGN) != 0;
  if (!told) return true;
  const auto divides = [](unsigned alignment) {
    return alignment != 0 && core::kDirectAlignment % alignment == 0;
  };
  return divides(status.stx_dio_mem_align) && divides(status.stx_dio_offset_align);
#else
  return file >= 0;
#endif
}

// A disk that a hypervisor lends calls itself a rotating one, whatever it stands on.
bool is_virtual(const std::string& disk) {
  std::error_code ignored;
  const auto bus = std::filesystem::read_symlink(disk + "/device/subsystem", ignored).filename();
  return bus == "virtio" || bus == "xen";
}

}  // namespace

// By its number, since the name may be another file's by now. The second descriptor is no second
// owner of the lock, and closing it does not end that.
Descriptor open_direct(int file) {
  if (!takes_pages(file)) return {};
  const std::string path = "/proc/self/fd/" + std::to_string(file);
  return Descriptor(
      uninterrupted([&] { return ::open(path.c_str(), O_WRONLY | O_DIRECT | O_CLOEXEC); }));
}

core::DirectWrites speed_of_direct_writes(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return core::DirectWrites::Slow;
  const std::string device = "/sys/dev/block/" + std::to_string(major(status.st_dev)) + ":" +
                             std::to_string(minor(status.st_dev));
  // A partition has no queue of its own: its disk does, one folder above.
  for (const std::string& disk : {device, device + "/.."}) {
    char rotates = 0;
    if (!(std::ifstream(disk + "/queue/rotational") >> rotates)) continue;
    return rotates == '0' || is_virtual(disk) ? core::DirectWrites::Fast : core::DirectWrites::Slow;
  }
  return core::DirectWrites::Slow;
}

}  // namespace xget::store
