#include "api/kept_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "api/option_error.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "store/posix_file_system.hpp"
#include "store/replace_file.hpp"

namespace xget::api {
namespace {

tl::unexpected<Error> unwritable(const std::string& operation, const std::string& path,
                                 Error error) {
  error.operation = operation;
  error.subject = printable(path);
  return fail(std::move(error));
}

struct Place {
  std::shared_ptr<core::Folder> folder;
  std::string name;
};

Result<Place> place_of(const std::string& path) {
  const PathParts parts = parts_of(path);
  auto folder = store::PosixFileSystem().open_folder(std::string(parts.folder));
  if (!folder) return fail(std::move(folder.error()));
  return Place{*std::move(folder), std::string(parts.name)};
}

}  // namespace

Result<bool> check_kept_file(const std::string& option, const std::string& path) {
  const auto unusable = [&](const std::string& why) {
    return option_error(option, printable(path) + " cannot be used: " + why);
  };
  struct stat status {};
  const bool there = ::lstat(path.c_str(), &status) == 0;
  if (!there && errno != ENOENT) return unusable(std::strerror(errno));
  if (there && !S_ISREG(status.st_mode)) return unusable("it is no regular file");
  const auto place = place_of(path);
  if (!place) return unusable("its folder: " + place.error().cause);
  if (place->name.empty()) return unusable("it names a folder");
  if (auto open = place->folder->writable(); !open) {
    return unusable("its folder: " + open.error().cause);
  }
  return there;
}

Result<void> write_kept_file(const std::string& operation, const std::string& path,
                             const std::string& text, Readers readers) {
  const auto place = place_of(path);
  if (!place) return unwritable(operation, path, place.error());
  // Another process may be writing the same one now.
  const std::string draft = place->name + "." + std::to_string(::getpid()) + ".tmp";
  const std::uint32_t mode = readers == Readers::Owner ? store::kPrivateMode : 0666;
  auto done = store::replace_file(*place->folder, place->name, draft, text, mode);
  if (!done) return unwritable(operation, path, std::move(done.error()));
  return {};
}

}  // namespace xget::api
