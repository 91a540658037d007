// A library to preload: a write of zeros alone to where the file has a hole is left out, so that a
// download of zeros into a sparse file, however large, takes no room on the disk.
//
// It trusts that the file is new, that is, that what it is told to write zeros to is a hole; a file
// that is written twice is none of its business.
// Thread: any.
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace {

using Write = ssize_t (*)(int, const void*, size_t, off64_t);

bool all_zeros(const void* bytes, size_t count) {
  const char* const text = static_cast<const char*>(bytes);
  return text[0] == 0 && std::memcmp(text, text + 1, count - 1) == 0;
}

bool is_inside(int descriptor, off64_t end) {
  struct stat64 status {};
  return ::fstat64(descriptor, &status) == 0 && end <= status.st_size;
}

ssize_t write_at(const char* name, int descriptor, const void* bytes, size_t count,
                 off64_t offset) {
  const auto length = static_cast<off64_t>(count);
  if (count > 0 && all_zeros(bytes, count) && is_inside(descriptor, offset + length)) {
    return static_cast<ssize_t>(count);
  }
  const auto real = reinterpret_cast<Write>(::dlsym(RTLD_NEXT, name));
  return real(descriptor, bytes, count, offset);
}

}  // namespace

extern "C" {
ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  return write_at("pwrite", descriptor, bytes, count, offset);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t offset) {
  return write_at("pwrite64", descriptor, bytes, count, offset);
}
}
