#include "store/checkpointer.hpp"

#include <cerrno>
#include <limits>
#include <utility>

#include "base/defence.hpp"
#include "base/log.hpp"
#include "base/numbered_name.hpp"
#include "base/text.hpp"
#include "store/disk_error.hpp"
#include "store/partial_lock.hpp"
#include "store/replace_file.hpp"
#include "store/target.hpp"

namespace xget::store {
namespace {

// Until it has its final name: a run that goes on after a crash opens it, and marking it is a
// write.
constexpr std::uint32_t kOwnerWorksOnIt = 0600;

}  // namespace

PartialFiles partial_files(const Target& target, std::shared_ptr<core::File> file) {
  PartialFiles files;
  files.file = std::move(file);
  files.folder = target.shared_folder();
  files.sidecar_folder = target.shared_sidecar_folder();
  files.path = target.path();
  files.name = target.name();
  files.partial_name = target.partial_name();
  files.sidecar_name = target.sidecar_name();
  files.finished = target.finished();
  return files;
}

Checkpointer::Checkpointer(PartialFiles files)
    : files_(std::move(files)), final_name_(files_.name) {}

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
  return take_step([&]() -> Result<void> {
    auto outcome = carry_out(commit);
    if (outcome) generation_ = std::numeric_limits<std::uint64_t>::max();
    return outcome;
  });
}

Result<void> Checkpointer::settle(const Commit& commit) {
  return take_step([&] { return prepare_file(commit); });
}

Result<void> Checkpointer::check_written() {
  return take_step([&] { return files_.file->check_written(); });
}

Result<void> Checkpointer::give_final_name(const Commit& commit) {
  return take_step([&] {
    mark_file(commit);
    return rename_file(commit);
  });
}

// What fails once is not tried again.
template <typename Step>
Result<void> Checkpointer::take_step(Step step) {
  const std::lock_guard lock(mutex_);
  if (failed_) return fail(*failed_);
  if (ended_) return fail(disk_error("finish", files_.path, std::string("it was given up")));
  Result<void> outcome = step();
  // A target in the way is no damage: the caller may come again once it is gone.
  if (!outcome && outcome.error().code != ErrorCode::Exists) failed_ = outcome.error();
  return outcome;
}

std::string Checkpointer::final_name() {
  const std::lock_guard lock(mutex_);
  return final_name_;
}

std::optional<core::FileInfo> Checkpointer::finished_file() {
  const std::lock_guard lock(mutex_);
  return finished_file_;
}

void Checkpointer::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
}

Result<void> Checkpointer::carry_out(const Commit& commit) {
  if (auto prepared = prepare_file(commit); !prepared) return prepared;
  if (defence_on(Defence::SyncAtFinish)) {
    if (auto synced = files_.file->sync(); !synced) return synced;
  }
  mark_file(commit);
  if (commit.sidecar) {
    if (auto marked = replace_sidecar(*commit.sidecar); !marked) return marked;
  }
  if (auto named = rename_file(commit); !named) return named;
  if (defence_on(Defence::SyncFolder)) {
    if (auto synced = files_.folder->sync(); !synced) return synced;
  }
  if (!commit.sidecar) return {};
  return files_.sidecar_folder->remove(files_.sidecar_name);
}

// Everything about the file itself: after this its contents no longer change.
Result<void> Checkpointer::prepare_file(const Commit& commit) {
  if (commit.name_alone) return {};
  core::File& file = *files_.file;
  auto info = file.info();
  if (!info) return fail(std::move(info.error()));
  if (info->size != commit.size) {
    if (auto cut = file.truncate(commit.size); !cut) return cut;
  }
  // Before the sync, which then covers it.
  if (commit.modified_time) {
    if (auto set = file.set_modification_time(*commit.modified_time); !set) {
      log::warning(to_string(set.error()));
    }
  }
  return set_mode(commit, mode_of(commit) | kOwnerWorksOnIt);
}

std::uint32_t Checkpointer::mode_of(const Commit& commit) {
  return commit.mode.value_or(files_.folder->file_mode());
}

// FAT and the like have no modes: a log line's worth where nobody asked for one.
Result<void> Checkpointer::set_mode(const Commit& commit, std::uint32_t mode) {
  auto set = files_.file->set_mode(mode);
  if (set) return {};
  if (commit.mode) {
    set.error().remedy = "run the same command without --mode";
    return set;
  }
  log::info(to_string(set.error()));
  return {};
}

// After the sync: a network's file system may set the time only then.
void Checkpointer::mark_file(const Commit& commit) {
  const auto info = files_.file->info();
  if (!info) return;  // whoever meets the file later asks the server
  finished_file_ = *info;
  OriginMark mark = commit.mark;
  mark.mtime_ns = info->mtime_ns;
  std::string text = serialise(mark);
  const bool kept = commit.name_alone ? files_.file->attribute(kOriginMarkAttribute).has_value()
                                      : files_.file->set_attribute(kOriginMarkAttribute, text);
  if (!kept) unkept_mark_ = std::move(text);
}

// Once it has its name, by which it is found.
void Checkpointer::keep_mark() {
  if (unkept_mark_.empty() || files_.finished == nullptr) return;
  if (const auto path = known_path_of(*files_.folder, final_name_)) {
    files_.finished->remember(*path, unkept_mark_);
  }
}

Result<void> Checkpointer::rename_file(const Commit& commit) {
  if (auto ours = still_ours(); !ours) return ours;
  core::Folder& folder = *files_.folder;
  auto renamed = commit.replace_existing ? folder.rename(files_.partial_name, files_.name)
                                         : rename_to_free_name(commit);
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
  keep_mark();
  if (commit.name_alone) return {};
  const std::uint32_t mode = mode_of(commit);
  if (mode == (mode | kOwnerWorksOnIt)) return {};
  if (auto set = set_mode(commit, mode); !set) log::warning(to_string(set.error()));
  return {};
}

Result<void> Checkpointer::rename_to_free_name(const Commit& commit) {
  const int most = commit.another_name_will_do ? kMostNumberedNames : 0;
  final_name_ = files_.name;
  auto renamed = files_.folder->rename_no_replace(files_.partial_name, final_name_);
  for (int i = 1; i <= most && !renamed && renamed.error().number == EEXIST; ++i) {
    final_name_ = numbered_name(files_.name, i);
    renamed = files_.folder->rename_no_replace(files_.partial_name, final_name_);
  }
  return renamed;
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
