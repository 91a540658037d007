#include "store/disk_error.hpp"

#include <cerrno>
#include <system_error>

#include "base/text.hpp"

namespace xget::store {
namespace {

std::string cause_of(int number) {
  switch (number) {
    case EFBIG: return "the file system, or a limit of this process, allows no file of this size";
    case ELOOP: return "it is a symbolic link, or leads over too many; links are not followed here";
    case EDQUOT: return "the disk quota is used up";
    case EROFS: return "the file system is read-only";
    default: return std::generic_category().message(number);
  }
}

std::string remedy_of(int number) {
  switch (number) {
    case ENOSPC: return "free some space, then run the same command again";
    case EDQUOT: return "free some of your quota, then run the same command again";
    case EROFS: return "choose a folder on a file system that can be written";
    case EACCES:
    case EPERM: return "check who may read and write there, or choose another folder";
    case EFBIG:
      return "choose a folder on another file system (FAT ends at 4 GiB), or see ulimit -f";
    case ENOENT: return "check the path, or make the folder first";
    case ENAMETOOLONG: return "choose a shorter name with --output";
    case EIO: return "check the disk and its cable (dmesg tells more)";
    default: return {};
  }
}

}  // namespace

Error disk_error(std::string operation, std::string_view subject, int number) {
  Error error;
  error.code = ErrorCode::Disk;
  error.operation = std::move(operation);
  error.subject = printable(subject);
  error.number = number;
  error.cause = cause_of(number);
  error.remedy = remedy_of(number);
  return error;
}

Error disk_error(std::string operation, std::string_view subject, std::string cause) {
  Error error;
  error.code = ErrorCode::Disk;
  error.operation = std::move(operation);
  error.subject = printable(subject);
  error.cause = std::move(cause);
  return error;
}

}  // namespace xget::store
