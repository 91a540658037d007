#include "store/checkpointer.hpp"

#include <cerrno>
#include <limits>
#include <utility>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "store/disk_error.hpp"
#include "store/partial_lock.hpp"
#include "store/replace_file.hpp"

namespace xget::store {
Checkpointer::Checkpointer(PartialFiles files) : files_(std::move(files)) {}

Result<void> Checkpointer::record(const Sidecar& snapshot, const std::vector<ByteRange>& drop) {
  const std::lock_guard lock(mutex_);
  if (failed_) return fail(*failed_);
  if (ended_ || snapshot.generation <= generation_) return {};
  auto outcome = sync_then_replace(snapshot);
  if (!outcome) {
    failed_ = outcome.error();
    return outcome;
  }
  generation_ = snapshot.generation;
  for (const ByteRange range : drop) files_.file->drop_cache(range);
  return {};
}

Result<void> Checkpointer::sync_then_replace(const Sidecar& snapshot) {
  if (defence_on(Defence::SyncData)) {
    if (auto synced = files_.file->sync_data(); !synced) return synced;
  }
  // In one folder the sidecar's own sync below covers the partial's name too.
  const bool apart = files_.folder != files_.sidecar_folder;
  if (apart && !partial_name_synced_ && defence_on(Defence::SyncFolder)) {
    if (auto synced = files_.folder->sync(); !synced) return synced;
  }
  partial_name_synced_ = true;
  return replace_sidecar(snapshot);
}

// The draft's name is nobody else's, since the partial is locked.
Result<void> Checkpointer::replace_sidecar(const Sidecar& snapshot) {
  return replace_file(*files_.sidecar_folder, files_.sidecar_name, draft_of(files_.sidecar_name),
                      serialise(snapshot));
}

Result<void> Checkpointer::commit(const Commit& commit) {
  const std::lock_guard lock(mutex_);
  if (failed_) return fail(*failed_);
  if (ended_) return fail(disk_error("finish", files_.path, std::string("it was given up")));
  auto outcome = carry_out(commit);
  // A target in the way is no damage: the caller may come again once it is gone.
  if (!outcome && outcome.error().code != ErrorCode::Exists) failed_ = outcome.error();
  if (outcome) generation_ = std::numeric_limits<std::uint64_t>::max();
  return outcome;
}

void Checkpointer::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

Result<void> Checkpointer::carry_out(const Commit& commit) {
  if (auto settled = settle_file(commit); !settled) return settled;
  if (commit.sidecar) {
    if (auto marked = replace_sidecar(*commit.sidecar); !marked) return marked;
  }
  if (auto named = give_final_name(commit); !named) return named;
  if (!commit.sidecar) return {};
  return files_.sidecar_folder->remove(files_.sidecar_name);
}

// Everything about the file itself: after this its contents and time no longer change.
Result<void> Checkpointer::settle_file(const Commit& commit) {
  core::File& file = *files_.file;
  auto info = file.info();
  if (!info) return fail(std::move(info.error()));
  if (info->size != commit.size) {
    if (auto cut = file.truncate(commit.size); !cut) return cut;
  }
  // Before the sync, which then covers it. FAT and the like have no modes: a log line's worth.
  if (auto mode = file.set_mode(files_.folder->file_mode()); !mode) {
    log::info(to_string(mode.error()));
  }
  if (defence_on(Defence::SyncAtFinish)) {
    if (auto synced = file.sync(); !synced) return synced;
  }
  info = file.info();
  if (!info) return fail(std::move(info.error()));
  file.set_attribute(kOriginMarkAttribute, serialise(commit.mark, info->mtime_ns));
  return {};
}

Result<void> Checkpointer::give_final_name(const Commit& commit) {
  if (auto ours = still_ours(); !ours) return ours;
  core::Folder& folder = *files_.folder;
  auto renamed = commit.replace_existing
                     ? folder.rename(files_.partial_name, files_.name)
                     : folder.rename_no_replace(files_.partial_name, files_.name);
  if (!renamed && renamed.error().number == EEXIST) {
    Error error = std::move(renamed.error());
    error.code = ErrorCode::Exists;
    error.subject = printable(files_.path);
    error.cause = "it appeared while the download ran, and is not replaced unasked";
    error.kept = "the whole download, as " + printable(files_.partial_path());
    error.remedy = "run the same command with --overwrite, or move that file away first";
    return fail(std::move(error));
  }
  if (!renamed) return renamed;
  return defence_on(Defence::SyncFolder) ? folder.sync() : Result<void>{};
}

// The name that is about to become FILE must still be the file that was written.
Result<void> Checkpointer::still_ours() {
  auto named = still_named(*files_.folder, files_.partial_name, *files_.file);
  if (!named) return fail(std::move(named.error()));
  if (*named) return {};
  return fail(disk_error("rename", files_.partial_path(),
                         "another process replaced or removed it while the download ran"));
}

}  // namespace xget::store
