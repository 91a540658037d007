#include "store/posix_file.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/xattr.h>

#include <algorithm>
#include <array>

#include "base/log.hpp"
#include "store/direct_io.hpp"
#include "store/disk_error.hpp"

namespace xget::store {
namespace {

// The most that one write or read is asked for; Linux itself stops just below 2 GiB.
constexpr std::size_t kMaxTransfer = 1U << 30;
constexpr std::size_t kMaxAttribute = 4096;

std::string attribute_name(const std::string& name) { return "user." + name; }

}  // namespace

core::FileInfo file_info(const struct stat& status) {
  static const uid_t user = ::geteuid();  // who is asked once; it stays the same
  core::FileInfo info;
  info.size = static_cast<std::uint64_t>(status.st_size);
  info.inode = status.st_ino;
  info.device = status.st_dev;
  info.mtime_ns =
      static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
  info.mode = status.st_mode & 07777;
  info.links = static_cast<std::uint32_t>(status.st_nlink);
  info.regular = S_ISREG(status.st_mode);
  info.ours = status.st_uid == user;
  return info;
}

PosixFile::PosixFile(Descriptor descriptor, std::string path)
    : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

tl::unexpected<Error> PosixFile::failure(const char* operation) const {
  return fail(disk_error(operation, path_, errno));
}

Result<void> PosixFile::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t ask = std::min(bytes.size(), kMaxTransfer);
    const ssize_t written = uninterrupted(
        [&] { return ::pwrite(descriptor_.get(), bytes.data(), ask, static_cast<off_t>(offset)); });
    if (written < 0) return failure("write");
    if (written == 0) return fail(disk_error("write", path_, ENOSPC));
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

core::DirectWrites PosixFile::direct_writes() {
  direct_ = open_direct(descriptor_.get());
  return direct_.valid() ? speed_of_direct_writes(descriptor_.get())
                         : core::DirectWrites::Impossible;
}

// A file system may refuse only when it is asked to write; and after a short write the rest need
// not be aligned any more.
Result<void> PosixFile::write_direct(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (direct_.valid() && !bytes.empty()) {
    const std::size_t ask = std::min(bytes.size(), kMaxTransfer);
    const ssize_t written = uninterrupted(
        [&] { return ::pwrite(direct_.get(), bytes.data(), ask, static_cast<off_t>(offset)); });
    if (written < 0 && errno == EINVAL) {
      log::debug(path_ + " takes no direct writes");
      direct_ = {};
      break;
    }
    if (written < 0) return failure("write");
    if (written == 0) return fail(disk_error("write", path_, ENOSPC));
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    if (static_cast<std::size_t>(written) % core::kDirectAlignment != 0) break;
  }
  return write_at(offset, bytes);
}

Result<std::size_t> PosixFile::read_at(std::uint64_t offset, std::span<std::byte> into) {
  std::size_t total = 0;
  while (total < into.size()) {
    const std::size_t ask = std::min(into.size() - total, kMaxTransfer);
    const ssize_t got = uninterrupted([&] {
      return ::pread(descriptor_.get(), into.data() + total, ask,
                     static_cast<off_t>(offset + total));
    });
    if (got < 0) return failure("read");
    if (got == 0) break;
    total += static_cast<std::size_t>(got);
  }
  return total;
}

Result<void> PosixFile::sync_data() {
  // Not repeated on EINTR's account alone: a second call would report success after a lost error.
  if (::fdatasync(descriptor_.get()) != 0) return failure("sync");
  return {};
}

Result<void> PosixFile::sync() {
  if (::fsync(descriptor_.get()) != 0) return failure("sync");
  return {};
}

// It only waits for what is being written, and tells what failed (sync_file_range(2)).
Result<void> PosixFile::check_written() {
  if (::sync_file_range(descriptor_.get(), 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE) != 0) {
    return failure("sync");
  }
  return {};
}

Result<void> PosixFile::preallocate(std::uint64_t size, Preallocate how) {
  if (how == Preallocate::Full) {
    const int outcome = uninterrupted(
        [&] { return ::fallocate(descriptor_.get(), 0, 0, static_cast<off_t>(size)); });
    if (outcome == 0) return {};
    const bool cannot = errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL;
    if (!cannot) return failure("preallocate");
  }
  auto now = info();
  if (!now) return fail(std::move(now.error()));
  if (now->size >= size) return {};
  if (auto grown = truncate(size); !grown) return grown;
  return how == Preallocate::None ? truncate(now->size) : Result<void>{};
}

Result<void> PosixFile::truncate(std::uint64_t size) {
  const int outcome =
      uninterrupted([&] { return ::ftruncate(descriptor_.get(), static_cast<off_t>(size)); });
  if (outcome != 0) return failure("set the size of");
  return {};
}

Result<void> PosixFile::clone(core::File& from) {
  const int source = static_cast<PosixFile&>(from).descriptor();
  if (::ioctl(descriptor_.get(), FICLONE, source) != 0) return failure("clone a file into");
  return {};
}

Result<core::FileInfo> PosixFile::info() {
  struct stat status {};
  if (::fstat(descriptor_.get(), &status) != 0) return failure("look at");
  return file_info(status);
}

Result<core::LockOutcome> PosixFile::lock() {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::fcntl(descriptor_.get(), F_OFD_SETLK, &whole) == 0) return core::LockOutcome::Locked;
  switch (errno) {
    case EAGAIN:
    case EACCES: return core::LockOutcome::HeldByOther;
    case ENOLCK:
    case ENOSYS:
    case EOPNOTSUPP:
    case EINVAL: return core::LockOutcome::Unsupported;
    default: return failure("lock");
  }
}

Result<void> PosixFile::set_mode(std::uint32_t mode) {
  if (::fchmod(descriptor_.get(), static_cast<mode_t>(mode)) != 0)
    return failure("set the mode of");
  return {};
}

Result<void> PosixFile::set_modification_time(WallTime time) {
  std::array<timespec, 2> times{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = time.time_since_epoch().count();
  if (::futimens(descriptor_.get(), times.data()) != 0) return failure("set the time of");
  return {};
}

void PosixFile::drop_cache(ByteRange range) {
  ::posix_fadvise(descriptor_.get(), static_cast<off_t>(range.begin),
                  static_cast<off_t>(range.length()), POSIX_FADV_DONTNEED);
}

std::optional<std::string> PosixFile::attribute(const std::string& name) {
  std::array<char, kMaxAttribute> value{};
  const ssize_t length =
      ::fgetxattr(descriptor_.get(), attribute_name(name).c_str(), value.data(), value.size());
  if (length < 0) return std::nullopt;
  return std::string(value.data(), static_cast<std::size_t>(length));
}

bool PosixFile::set_attribute(const std::string& name, std::string_view value) {
  return value.size() <= kMaxAttribute &&
         ::fsetxattr(descriptor_.get(), attribute_name(name).c_str(), value.data(), value.size(),
                     0) == 0;
}

}  // namespace xget::store
