#include "store/set_aside.hpp"

#include <cerrno>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/partial_names.hpp"
#include "store/disk_error.hpp"

namespace xget::store {
namespace {

constexpr std::uint32_t kMarkMode = 0600;
constexpr std::string_view kMarkWords = "xget set FILE.partial.old aside: ";
constexpr std::size_t kLongestMark = 256;  // bytes

// Whatever of these changes, it is another file, or was changed by somebody.
std::string mark_text(const core::FileInfo& info) {
  return std::string(kMarkWords) + "inode " + std::to_string(info.inode) + ", " +
         std::to_string(info.size) + " bytes, changed at " + std::to_string(info.mtime_ns) +
         " ns\n";
}

// A crash may have cut it off.
bool is_mark(std::string_view text) {
  return text.starts_with(kMarkWords) || kMarkWords.starts_with(text);
}

// nullopt: there is none, or what is called so is none of xget's.
Result<std::optional<std::string>> read_mark(core::Folder& folder, const std::string& name) {
  const auto info = folder.info(name);
  if (!info) return fail(info.error());
  if (!*info || !(*info)->regular || !(*info)->ours || (*info)->size > kLongestMark) {
    return std::nullopt;
  }
  auto file = folder.open(name, core::Access::Read);
  if (!file) return fail(std::move(file.error()));
  std::string text(static_cast<std::size_t>((*info)->size), '\0');
  const auto count = (*file)->read_at(0, std::as_writable_bytes(std::span(text)));
  if (!count) return fail(count.error());
  text.resize(*count);
  if (!is_mark(text)) return std::nullopt;
  return text;
}

Result<void> write_mark(core::Folder& folder, const std::string& name, const std::string& text) {
  auto file = folder.create(name, kMarkMode);
  if (!file) return fail(std::move(file.error()));
  if (auto done = (*file)->write_at(0, std::as_bytes(std::span(text))); !done) return done;
  if (auto done = (*file)->sync(); !done) return done;
  return folder.sync();
}

// On stable storage: a power cut may undo the size and the times of what is not, and then it would
// be taken for somebody's change.
Result<core::FileInfo> lasting_info(core::Folder& folder, const std::string& name) {
  auto file = folder.open(name, core::Access::Read);
  if (!file) return fail(std::move(file.error()));
  if (auto synced = (*file)->sync(); !synced) return fail(std::move(synced.error()));
  return (*file)->info();
}

Error somebody_elses(const std::string& path) {
  Error error = disk_error("set the old version aside", path, EEXIST);
  error.cause = "a file of that name is there that xget did not set aside, and is left alone";
  error.remedy = "move it away, then run the same command again";
  return error;
}

// In words what is in the way, and no step further.
Result<void> check_free(core::Folder& folder, const std::string& name, const std::string& path) {
  const auto info = folder.info(name);
  if (!info) return fail(info.error());
  if (*info) return fail(somebody_elses(path));
  return {};
}

}  // namespace

Result<void> set_partial_aside(core::Folder& folder, const std::string& name,
                               const std::string& path) {
  if (auto removed = remove_set_aside(folder, name); !removed) return removed;
  const std::string old = set_aside_of(name);
  const std::string mark = mark_of(name);
  if (auto free = check_free(folder, old, set_aside_of(path)); !free) return free;
  if (auto free = check_free(folder, mark, mark_of(path)); !free) return free;
  const auto partial = lasting_info(folder, partial_of(name));
  if (!partial) return fail(partial.error());
  auto done = write_mark(folder, mark, mark_text(*partial));
  if (done) done = folder.rename_no_replace(partial_of(name), old);
  if (!done && done.error().number == EEXIST) return fail(somebody_elses(set_aside_of(path)));
  return done;
}

Result<std::vector<std::string>> set_aside_files(core::Folder& folder, const std::string& name) {
  const auto mark = read_mark(folder, mark_of(name));
  if (!mark) return fail(mark.error());
  std::vector<std::string> files;
  if (!*mark) return files;
  const auto old = folder.info(set_aside_of(name));
  if (!old) return fail(old.error());
  if (*old && mark_text(**old) == **mark) files.push_back(set_aside_of(name));
  files.push_back(mark_of(name));
  return files;
}

Result<void> remove_set_aside(core::Folder& folder, const std::string& name) {
  const auto files = set_aside_files(folder, name);
  if (!files) return fail(files.error());
  for (const std::string& file : *files) {
    if (auto removed = folder.remove(file); !removed) return removed;
    if (file == mark_of(name)) continue;
    if (auto synced = folder.sync(); !synced) return synced;
  }
  return {};
}

}  // namespace xget::store
