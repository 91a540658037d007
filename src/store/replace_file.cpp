#include "store/replace_file.hpp"

#include <span>
#include <utility>

#include "base/defence.hpp"

namespace xget::store {
namespace {

Result<void> write_synced(core::Folder& folder, const std::string& name, std::string_view text,
                          std::uint32_t mode) {
  auto file = folder.create(name, mode);
  if (!file) return fail(std::move(file.error()));
  if (auto written = (*file)->write_at(0, std::as_bytes(std::span(text))); !written) return written;
  return defence_on(Defence::SyncSidecar) ? (*file)->sync() : Result<void>{};
}

}  // namespace

Result<void> replace_file(core::Folder& folder, const std::string& name, const std::string& draft,
                          std::string_view text, std::uint32_t mode) {
  if (auto removed = folder.remove(draft); !removed) return removed;
  auto done = write_synced(folder, draft, text, mode);
  if (done) done = folder.rename(draft, name);
  if (!done) {
    // It takes room that may be just what is missing. The failure before counts.
    static_cast<void>(folder.remove(draft));
    return done;
  }
  return defence_on(Defence::SyncFolder) ? folder.sync() : Result<void>{};
}

}  // namespace xget::store
