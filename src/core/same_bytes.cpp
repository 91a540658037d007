#include "core/same_bytes.hpp"

#include <cerrno>

namespace xget::core {
namespace {

constexpr std::size_t kBytesThatTell = 16;

bool is_of_no_byte(const ExpectedDigest& digest) {
  const auto digester = Digester::create(digest.algorithm);
  return digester && digester->finish_hex() == digest.hex;
}

}  // namespace

std::string content_named_by(const ExpectedDigest& digest) {
  if (digest_size(digest.algorithm) < kBytesThatTell || is_of_no_byte(digest)) return "";
  return to_string(digest);
}

bool is_as_it_was(const Original& original, const FileInfo& now) {
  const FileInfo& then = original.info;
  return now.regular && now.inode == then.inode && now.device == then.device &&
         now.size == then.size && now.mtime_ns == then.mtime_ns;
}

bool copy_will_do(long number) {
  switch (number) {
    case EXDEV:       // another file system
    case EMLINK:      // it has as many names as can be
    case EPERM:       // FAT and the like; or who may link what is restricted
    case EACCES:      // likewise
    case EOPNOTSUPP:  // no such thing here, in the words of one or the other file system
    case ENOSYS:
    case ENOTTY:
    case EINVAL:
    case ETXTBSY:  // a swap file
    case ENOENT:   // there is no /proc, through which an open file is linked
      return true;
    default: return false;
  }
}

}  // namespace xget::core
