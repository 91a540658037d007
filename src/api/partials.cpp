#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "api/partial_place.hpp"
#include "base/partial_names.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "store/load_sidecar.hpp"
#include "store/partial_use.hpp"
#include "store/posix_file_system.hpp"
#include "xget/partial.hpp"

namespace xget {
namespace {

// A folder, and the names in it of those FILEs that have a partial.
struct Found {
  std::string folder;  // as the user wrote it, with its slash; empty: the current one
  std::vector<std::string> names;
};

Result<Found> found_in_folder(const std::string& path) {
  auto names = api::names_in(path);
  if (!names) return fail(std::move(names.error()));
  Found found{.folder = api::as_prefix(path), .names = {}};
  for (std::string& name : *names) {
    if (api::is_partial_name(name)) found.names.push_back(api::file_of_partial(std::move(name)));
  }
  return found;
}

Result<Found> found_by_name(std::string file) {
  if (!api::is_there(partial_of(file))) {
    if (!api::is_partial_name(file) || !api::is_there(file)) {
      return fail({.code = ErrorCode::Usage,
                   .operation = "look for a partial download",
                   .subject = printable(file),
                   .cause = "there is none: neither a folder nor " + printable(partial_of(file)),
                   .remedy = "xget status DIR lists those in a folder"});
    }
    file = api::file_of_partial(std::move(file));
  }
  const PathParts parts = parts_of(file);
  return Found{.folder = std::string(parts.folder), .names = {std::string(parts.name)}};
}

// A partial that somebody has cut holds less than its sidecar claims.
std::uint64_t held_bytes(const store::Sidecar& sidecar, std::uint64_t partial_size) {
  std::uint64_t held = 0;
  for (const ByteRange& range : sidecar.claimed().ranges()) {
    held += std::min(range.end, partial_size) - std::min(range.begin, partial_size);
  }
  return held;
}

PartialSummary summary_of(const std::string& name, const std::string& folder_path,
                          core::Folder& folder, core::Folder& sidecars, bool beside_file) {
  PartialSummary summary;
  summary.file = folder_path + name;
  const auto info = folder.info(partial_of(name));
  if (!info || !*info || !(*info)->regular || !(*info)->ours) {
    summary.problem = !info    ? info.error().cause
                      : !*info ? "it is gone by now"
                               : "it is no regular file of this user";
    return summary;
  }
  summary.in_use = store::partial_in_use(partial_of(summary.file), lock_of(summary.file));
  const auto sidecar =
      store::load_sidecar(sidecars, store::sidecar_name(summary.file, name, sidecars, beside_file));
  if (!sidecar) {
    summary.problem = sidecar.error();
    return summary;
  }
  summary.url = sidecar->url;
  summary.size = sidecar->size;
  summary.held = held_bytes(*sidecar, (*info)->size);
  return summary;
}

}  // namespace

Result<std::vector<PartialSummary>> find_partials(const std::string& path,
                                                  const std::string& checkpoint_folder) {
  struct stat status {};
  const bool is_folder = ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  const auto found = is_folder ? found_in_folder(path) : found_by_name(path);
  if (!found) return fail(found.error());
  store::PosixFileSystem files;
  const auto folder = files.open_folder(found->folder);
  if (!folder) return fail(folder.error());
  const bool beside_file = checkpoint_folder.empty();
  const auto sidecars = beside_file ? folder : files.open_folder(checkpoint_folder);
  if (!sidecars) return fail(sidecars.error());
  std::vector<PartialSummary> summaries;
  for (const std::string& name : found->names) {
    summaries.push_back(summary_of(name, found->folder, **folder, **sidecars, beside_file));
  }
  return summaries;
}

}  // namespace xget
