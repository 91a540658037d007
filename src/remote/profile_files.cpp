#include "remote/profile_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/whole_file.hpp"
#include "formats/profile_file.hpp"

namespace xget::remote {
namespace {

bool is_missing(const std::string& path) {
  return ::access(path.c_str(), F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

Result<NamedText> text_of(const std::string& path) {
  auto file = read_whole_file(path, formats::kLargestProfileFile);
  if (!file) {
    return fail({.code = ErrorCode::Usage,
                 .operation = "read the profiles in",
                 .subject = path,
                 .cause = std::move(file.error())});
  }
  return NamedText{path, std::move(file->text)};
}

Result<NamedText> text_if_there(const std::string& path) {
  if (path.empty() || is_missing(path)) return NamedText{path, ""};
  return text_of(path);
}

}  // namespace

Result<Profiles> read_profiles(const ProfilePaths& paths, const std::string& own_file) {
  auto credentials = own_file.empty() ? text_if_there(paths.credentials) : text_of(own_file);
  if (!credentials) return fail(std::move(credentials.error()));
  auto config = text_if_there(paths.config);
  if (!config) return fail(std::move(config.error()));
  return Profiles::parse(*credentials, *config);
}

}  // namespace xget::remote
