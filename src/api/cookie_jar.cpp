#include "api/cookie_jar.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <utility>

#include "base/text.hpp"
#include "store/posix_file_system.hpp"

namespace xget::api {
namespace {

tl::unexpected<Error> unusable(const std::string& path, const std::string& why) {
  return fail({.code = ErrorCode::Usage,
               .operation = "",
               .subject = "--cookie-jar",
               .cause = printable(path) + " cannot be used: " + why});
}

struct Place {
  std::shared_ptr<core::Folder> folder;
  std::string name;
};

Result<Place> place_of(const std::string& path) {
  const std::filesystem::path split(path);
  auto folder = store::PosixFileSystem().open_folder(split.parent_path().string());
  if (!folder) return fail(std::move(folder.error()));
  return Place{*std::move(folder), split.filename().string()};
}

Result<void> write_synced(core::Folder& folder, const std::string& name, const std::string& text) {
  auto file = folder.create(name, 0600);
  if (!file) return fail(std::move(file.error()));
  if (auto written = (*file)->write_at(0, std::as_bytes(std::span(text))); !written) return written;
  return (*file)->sync();
}

Result<void> replace(const Place& place, const std::string& text) {
  core::Folder& folder = *place.folder;
  // Another process may be writing the same jar now.
  const std::string temporary = place.name + "." + std::to_string(::getpid()) + ".tmp";
  if (auto removed = folder.remove(temporary); !removed) return removed;
  auto done = write_synced(folder, temporary, text);
  if (done) done = folder.rename(temporary, place.name);
  if (done) return folder.sync();
  // The failure before counts.
  static_cast<void>(folder.remove(temporary));
  return done;
}

}  // namespace

Result<bool> check_cookie_jar(const std::string& path) {
  struct stat status {};
  const bool there = ::lstat(path.c_str(), &status) == 0;
  if (!there && errno != ENOENT) return unusable(path, std::strerror(errno));
  if (there && !S_ISREG(status.st_mode)) return unusable(path, "it is no regular file");
  const auto place = place_of(path);
  if (!place) return unusable(path, "its folder: " + place.error().cause);
  if (place->name.empty()) return unusable(path, "it names a folder");
  if (auto open = place->folder->writable(); !open) {
    return unusable(path, "its folder: " + open.error().cause);
  }
  return there;
}

Result<void> write_cookie_jar(const std::string& path, const std::string& text) {
  const auto place = place_of(path);
  auto done = place ? replace(*place, text) : Result<void>(fail(place.error()));
  if (!done) {
    done.error().operation = "write the cookie jar";
    done.error().subject = printable(path);
  }
  return done;
}

}  // namespace xget::api
