// A library to preload: makes one call fail that a program makes on the files of one folder, or
// ends the program there. What strace's injection can do, without its cost, and with short counts
// that are true: what is said to be written is written.
//
//   FAILING_CALLS_FOLDER  only calls on this folder and what is below it are counted
//   FAILING_CALLS_FAULT   CALL:N:WHAT, several with commas between them: the N-th of these calls
//                         (from 1) fails with errno WHAT, or, where that is "short", transfers half
//                         of what was asked; "kill" ends the process before the call
//   FAILING_CALLS_LOG     a file to which each counted call's name is appended, a line each
//
// Thread: any. Nothing is allocated, and the program's own errno survives where no fault is due.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

enum class Call {
  Open,
  Openat,
  Pwrite,
  Pread,
  Fdatasync,
  Fsync,
  Fallocate,
  Ftruncate,
  Fstat,
  Fstatat,
  Fchmod,
  Futimens,
  Lock,
  Renameat,
  Renameat2,
  Linkat,
  Clone,
  Unlinkat,
  Mkdir,
  Faccessat,
  Fstatvfs,
  Syncfs,
  SyncFileRange,
  Fgetxattr,
  Fsetxattr,
  Fadvise,
  Count
};

constexpr std::array<const char*, static_cast<std::size_t>(Call::Count)> kNames = {
    "open",      "openat",          "pwrite",    "pread",     "fdatasync", "fsync",     "fallocate",
    "ftruncate", "fstat",           "fstatat",   "fchmod",    "futimens",  "lock",      "renameat",
    "renameat2", "linkat",          "clone",     "unlinkat",  "mkdir",     "faccessat", "fstatvfs",
    "syncfs",    "sync_file_range", "fgetxattr", "fsetxattr", "fadvise"};

std::array<std::atomic<long>, kNames.size()> counts{};

bool is_below(const char* path) {
  const char* const folder = std::getenv("FAILING_CALLS_FOLDER");
  if (folder == nullptr || path == nullptr) return false;
  const std::size_t length = std::strlen(folder);
  return std::strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

bool is_below(int descriptor) {
  std::array<char, 32> link{"/proc/self/fd/"};
  std::array<char, 12> digits{};
  std::size_t first = digits.size() - 1;
  unsigned int rest = descriptor < 0 ? 0 : static_cast<unsigned int>(descriptor);
  do {
    digits[--first] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  std::strcat(link.data(), digits.data() + first);
  std::array<char, PATH_MAX> path{};
  const long length =
      ::syscall(SYS_readlinkat, AT_FDCWD, link.data(), path.data(), path.size() - 1);
  return descriptor >= 0 && length > 0 && is_below(path.data());
}

void append_to_log(const char* name) {
  const char* const log = std::getenv("FAILING_CALLS_LOG");
  if (log == nullptr) return;
  const long file =
      ::syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  std::array<char, 32> line{};
  std::strcat(std::strcpy(line.data(), name), "\n");
  ::syscall(SYS_write, file, line.data(), std::strlen(line.data()));
  ::syscall(SYS_close, file);
}

enum class Fate { Go, Fail, Short };

// What one CALL:N:WHAT says of the `number`-th call of this name. Fate::Fail: errno is set.
Fate fate_by(const char* fault, const char* name, long number) {
  const std::size_t length = std::strlen(name);
  if (std::strncmp(fault, name, length) != 0 || fault[length] != ':') return Fate::Go;
  char* what = nullptr;
  if (std::strtol(fault + length + 1, &what, 10) != number) return Fate::Go;
  ++what;
  if (std::strncmp(what, "kill", 4) == 0) ::raise(SIGKILL);
  if (std::strncmp(what, "short", 5) == 0) return Fate::Short;
  errno = static_cast<int>(std::strtol(what, nullptr, 10));
  return Fate::Fail;
}

// Of a call on the folder.
Fate fate_of(Call call) {
  const int before = errno;
  const auto index = static_cast<std::size_t>(call);
  const long number = ++counts[index];
  append_to_log(kNames[index]);
  errno = before;
  const char* fault = std::getenv("FAILING_CALLS_FAULT");
  while (fault != nullptr) {
    const Fate fate = fate_by(fault, kNames[index], number);
    if (fate != Fate::Go) return fate;
    const char* const comma = std::strchr(fault, ',');
    fault = comma == nullptr ? nullptr : comma + 1;
  }
  return Fate::Go;
}

template <typename Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::size_t allowed(Fate fate, std::size_t size) {
  return fate == Fate::Short && size > 1 ? size / 2 : size;
}

}  // namespace

// `where` is what tells whether the call counts: a descriptor or a path.
#define FAILING_CALL(call, where)                                     \
  const Fate fate = is_below(where) ? fate_of(Call::call) : Fate::Go; \
  if (fate == Fate::Fail) return -1

// NOLINTBEGIN: these are the C library's own names and signatures.
extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  FAILING_CALL(Open, path);
  return next(open, "open")(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = va_arg(more, mode_t);
  va_end(more);
  FAILING_CALL(Openat, folder);
  return next(openat, "openat")(folder, path, flags, mode);
}

// The C library has no name for openat2; it counts as openat.
long syscall(long number, ...) noexcept {
  va_list more;
  va_start(more, number);
  std::array<long, 6> arguments{};
  for (long& argument : arguments) argument = va_arg(more, long);
  va_end(more);
  if (number == SYS_openat2) {
    FAILING_CALL(Openat, static_cast<int>(arguments[0]));
  }
  return next(syscall, "syscall")(number, arguments[0], arguments[1], arguments[2], arguments[3],
                                  arguments[4], arguments[5]);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  FAILING_CALL(Pwrite, file);
  return next(pwrite, "pwrite")(file, bytes, allowed(fate, size), offset);
}

ssize_t pread(int file, void* bytes, size_t size, off_t offset) {
  FAILING_CALL(Pread, file);
  return next(pread, "pread")(file, bytes, allowed(fate, size), offset);
}

int fdatasync(int file) {
  FAILING_CALL(Fdatasync, file);
  return next(fdatasync, "fdatasync")(file);
}

int syncfs(int file) noexcept {
  FAILING_CALL(Syncfs, file);
  return next(syncfs, "syncfs")(file);
}

int sync_file_range(int file, off64_t offset, off64_t length, unsigned int flags) {
  FAILING_CALL(SyncFileRange, file);
  return next(sync_file_range, "sync_file_range")(file, offset, length, flags);
}

int fsync(int file) {
  FAILING_CALL(Fsync, file);
  return next(fsync, "fsync")(file);
}

int fallocate(int file, int mode, off_t offset, off_t size) {
  FAILING_CALL(Fallocate, file);
  return next(fallocate, "fallocate")(file, mode, offset, size);
}

int ftruncate(int file, off_t size) noexcept {
  FAILING_CALL(Ftruncate, file);
  return next(ftruncate, "ftruncate")(file, size);
}

int fstat(int file, struct stat* status) noexcept {
  FAILING_CALL(Fstat, file);
  return next(fstat, "fstat")(file, status);
}

int fstatat(int folder, const char* name, struct stat* status, int flags) noexcept {
  FAILING_CALL(Fstatat, folder);
  return next(fstatat, "fstatat")(folder, name, status, flags);
}

int fchmod(int file, mode_t mode) noexcept {
  FAILING_CALL(Fchmod, file);
  return next(fchmod, "fchmod")(file, mode);
}

int futimens(int file, const struct timespec times[2]) noexcept {
  FAILING_CALL(Futimens, file);
  return next(futimens, "futimens")(file, times);
}

int fcntl(int file, int command, ...) {
  va_list more;
  va_start(more, command);
  void* const argument = va_arg(more, void*);
  va_end(more);
  if (command == F_OFD_SETLK) {
    FAILING_CALL(Lock, file);
  }
  return next(fcntl, "fcntl")(file, command, argument);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
  FAILING_CALL(Renameat, from_folder);
  return next(renameat, "renameat")(from_folder, from, to_folder, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned int flags) noexcept {
  FAILING_CALL(Renameat2, from_folder);
  return next(renameat2, "renameat2")(from_folder, from, to_folder, to, flags);
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  FAILING_CALL(Linkat, to_folder);
  return next(linkat, "linkat")(from_folder, from, to_folder, to, flags);
}

int ioctl(int file, unsigned long request, ...) noexcept {
  va_list more;
  va_start(more, request);
  void* const argument = va_arg(more, void*);
  va_end(more);
  if (request == FICLONE) {
    FAILING_CALL(Clone, file);
  }
  return next(ioctl, "ioctl")(file, request, argument);
}

int unlinkat(int folder, const char* name, int flags) noexcept {
  FAILING_CALL(Unlinkat, folder);
  return next(unlinkat, "unlinkat")(folder, name, flags);
}

int mkdir(const char* path, mode_t mode) noexcept {
  FAILING_CALL(Mkdir, path);
  return next(mkdir, "mkdir")(path, mode);
}

int faccessat(int folder, const char* name, int mode, int flags) noexcept {
  FAILING_CALL(Faccessat, folder);
  return next(faccessat, "faccessat")(folder, name, mode, flags);
}

int fstatvfs(int file, struct statvfs* status) noexcept {
  FAILING_CALL(Fstatvfs, file);
  return next(fstatvfs, "fstatvfs")(file, status);
}

ssize_t fgetxattr(int file, const char* name, void* value, size_t size) noexcept {
  FAILING_CALL(Fgetxattr, file);
  return next(fgetxattr, "fgetxattr")(file, name, value, size);
}

int fsetxattr(int file, const char* name, const void* value, size_t size, int flags) noexcept {
  FAILING_CALL(Fsetxattr, file);
  return next(fsetxattr, "fsetxattr")(file, name, value, size, flags);
}

int posix_fadvise(int file, off_t offset, off_t size, int advice) noexcept {
  const Fate fate = is_below(file) ? fate_of(Call::Fadvise) : Fate::Go;
  if (fate == Fate::Fail) return errno;
  return next(posix_fadvise, "posix_fadvise")(file, offset, size, advice);
}

}  // extern "C"
// NOLINTEND
