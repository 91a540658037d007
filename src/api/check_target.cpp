#include "api/check_target.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"

namespace xget::api {
namespace {

// Through a link too.
bool is_standard_output(const std::string& path) {
  struct stat there {};
  struct stat output {};
  return ::stat(path.c_str(), &there) == 0 && ::fstat(STDOUT_FILENO, &output) == 0 &&
         there.st_dev == output.st_dev && there.st_ino == output.st_ino;
}

}  // namespace

Result<void> check_target(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return {};
  const auto refuse = [&](const char* cause, std::string remedy) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "download to",
                 .subject = printable(path),
                 .cause = cause,
                 .remedy = std::move(remedy)});
  };
  if (S_ISDIR(status.st_mode)) {
    return refuse("it is a folder", "-d DIR names the folder, -o FILE the file");
  }
  if (S_ISLNK(status.st_mode) && is_standard_output(path)) {
    return refuse("it is a symbolic link to standard output", "-o - writes there");
  }
  if (S_ISLNK(status.st_mode)) {
    return refuse("it is a symbolic link, which is neither followed nor replaced",
                  "name the file that it leads to, or remove the link first");
  }
  return refuse("it is no regular file but a pipe, a socket or a device",
                "to write into it, redirect standard output: -o - > " + printable(path));
}

}  // namespace xget::api
