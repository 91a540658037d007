#include "store/partial_use.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/descriptor.hpp"

namespace xget::store {

bool partial_in_use(const std::string& partial, const std::string& lock_file) {
  struct stat status {};
  if (::lstat(lock_file.c_str(), &status) == 0) return true;
  const Descriptor file(::open(partial.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return false;
  struct flock wanted {};
  wanted.l_type = F_RDLCK;
  wanted.l_whence = SEEK_SET;
  return ::fcntl(file.get(), F_OFD_GETLK, &wanted) == 0 && wanted.l_type != F_UNLCK;
}

}  // namespace xget::store
