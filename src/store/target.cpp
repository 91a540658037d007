#include "store/target.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/log.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "store/disk_error.hpp"
#include "store/load_sidecar.hpp"
#include "store/set_aside.hpp"

namespace xget::store {
namespace {

constexpr int kOpenTries = 8;  // each is lost to another process that renamed in between

tl::unexpected<Error> unusable(const std::string& path, std::string cause, std::string remedy) {
  Error error;
  error.code = ErrorCode::Usage;
  error.operation = "use the name";
  error.subject = printable(path);
  error.cause = std::move(cause);
  error.remedy = std::move(remedy);
  return fail(std::move(error));
}

Error not_ours(const std::string& path, const core::FileInfo& info) {
  const char* cause = "it has more than one name (hard links), which would all change";
  if (!info.ours) cause = "it belongs to another user";
  if (!info.regular) {
    cause = "it is no regular file; links, folders and devices are never followed or replaced";
  }
  Error error = disk_error("open", path, std::string(cause));
  error.remedy = "move it away, or choose another name with -o FILE";
  return error;
}

bool regular_and_ours(const core::FileInfo& info) {
  return info.regular && info.ours && info.links == 1;
}

bool same_file(const core::FileInfo& a, const core::FileInfo& b) {
  return a.inode == b.inode && a.device == b.device;
}

Result<std::shared_ptr<core::Folder>> open_or_make(core::FileSystem& files,
                                                   const std::string& path) {
  auto folder = files.open_folder(path);
  if (folder || folder.error().number != ENOENT) return folder;
  if (auto made = files.make_folder(path); !made) return fail(std::move(made.error()));
  return files.open_folder(path);
}

}  // namespace

Result<std::unique_ptr<Target>> Target::open(core::FileSystem& files, const std::string& path,
                                             const std::string& checkpoint_folder,
                                             FinishedFiles* finished) {
  std::unique_ptr<Target> target(new Target);
  target->finished_ = finished;
  target->path_ = path;
  const PathParts parts = parts_of(path);
  target->name_ = parts.name;
  const std::string& name = target->name_;
  if (name.empty() || name == "." || name == ".." || name.find('\0') != std::string::npos) {
    return unusable(path, "it names a folder, not a file", "add a file name to --output");
  }
  auto folder = open_or_make(files, std::string(parts.folder));
  if (!folder) return fail(std::move(folder.error()));
  target->folder_ = std::move(*folder);
  if (auto ok = target->folder_->writable(); !ok) return fail(std::move(ok.error()));

  target->sidecar_folder_ = target->folder_;
  if (!checkpoint_folder.empty()) {
    auto sidecars = open_or_make(files, checkpoint_folder);
    if (!sidecars) return fail(std::move(sidecars.error()));
    if (auto ok = (*sidecars)->writable(); !ok) return fail(std::move(ok.error()));
    target->sidecar_folder_ = std::move(*sidecars);
  }
  if (auto named = target->choose_names(checkpoint_folder); !named) {
    return fail(std::move(named.error()));
  }
  return target;
}

Result<void> Target::choose_names(const std::string& checkpoint_folder) {
  const std::size_t longest = folder_->longest_name();
  if (name_.size() + kLongestSuffixBesideSidecar > longest) {
    return unusable(path_,
                    "the name is too long: with \".partial\" and the like it may have at most " +
                        std::to_string(longest) + " bytes here, and so " +
                        std::to_string(longest - std::min(longest, kLongestSuffixBesideSidecar)) +
                        " by itself",
                    "choose a shorter name with --output");
  }
  sidecar_name_ = store::sidecar_name(path_, name_, *sidecar_folder_, checkpoint_folder.empty());
  return {};
}

Result<std::optional<core::FileInfo>> Target::existing() {
  auto info = folder_->info(name_);
  if (!info || !*info) return info;
  if (!(*info)->regular) return fail(not_ours(path_, **info));
  auto partial = folder_->info(partial_name());
  if (partial && *partial && same_file(**partial, **info)) {
    if (auto removed = folder_->remove(partial_name()); !removed) {
      return fail(std::move(removed.error()));
    }
    partial->reset();
  }
  if (partial && !*partial) {
    if (auto cleared = remove_stale_commit(); !cleared) return fail(std::move(cleared.error()));
  }
  return info;
}

std::optional<OriginMark> Target::existing_mark() {
  auto file = open_existing();
  if (!file) return std::nullopt;
  auto mark = find_mark(**file, *folder_, name_, finished_);
  const auto info = (*file)->info();
  if (!mark || !info || !mark->is_of(info->size, info->mtime_ns)) return std::nullopt;
  return mark;
}

Result<std::unique_ptr<core::File>> Target::open_existing() {
  return folder_->open(name_, core::Access::Read);
}

Result<std::optional<OpenPartial>> Target::open_partial() {
  for (int tries = 0; tries < kOpenTries; ++tries) {
    bool lost_race = false;
    auto partial = try_open_partial(lost_race);
    if (!lost_race) return partial;
  }
  Error error = disk_error("open", partial_path(), "it is renamed again and again by others");
  error.code = ErrorCode::Busy;
  return fail(std::move(error));
}

Result<std::optional<OpenPartial>> Target::try_open_partial(bool& lost_race) {
  auto named = folder_->info(partial_name());
  if (!named) return fail(std::move(named.error()));
  if (!*named) {
    if (auto cleared = remove_stale_commit(); !cleared) return fail(std::move(cleared.error()));
    return std::nullopt;
  }
  if (!(*named)->regular || !(*named)->ours) return fail(not_ours(partial_path(), **named));

  OpenPartial partial;
  auto file = folder_->open(partial_name(), core::Access::ReadWrite);
  if (!file) {
    lost_race = file.error().number == ENOENT;
    return fail(std::move(file.error()));
  }
  partial.file = std::move(*file);
  auto lock = PartialLock::take(folder_, *partial.file, name_, path_);
  if (!lock) return fail(std::move(lock.error()));
  partial.lock = std::move(*lock);

  auto ours = still_named(*folder_, partial_name(), *partial.file);
  if (!ours) return fail(std::move(ours.error()));
  if (!*ours) {
    lost_race = true;
    return std::nullopt;
  }
  auto info = partial.file->info();
  if (!info) return fail(std::move(info.error()));
  auto left_over = name_left_over(*info);
  if (!left_over) return fail(std::move(left_over.error()));
  if (*left_over) {
    if (auto removed = folder_->remove(**left_over); !removed) {
      return fail(std::move(removed.error()));
    }
    lost_race = true;  // look again
    return std::nullopt;
  }
  if (!regular_and_ours(*info)) return fail(not_ours(partial_path(), *info));
  partial.size = info->size;
  read_sidecar_into(partial, *info);
  return partial;
}

// linkat and unlinkat stand in for a rename where there is no better; between the two a file has
// both names, and removing one loses nothing.
Result<std::optional<std::string>> Target::name_left_over(const core::FileInfo& partial) {
  if (partial.links != 2) return std::nullopt;
  auto file = folder_->info(name_);
  if (!file) return fail(std::move(file.error()));
  if (*file && same_file(**file, partial)) return partial_name();
  auto old = folder_->info(set_aside_of(name_));
  if (!old) return fail(std::move(old.error()));
  if (*old && same_file(**old, partial)) return set_aside_of(name_);
  return std::nullopt;
}

void Target::read_sidecar_into(OpenPartial& partial, const core::FileInfo& info) {
  auto sidecar = load_sidecar(*sidecar_folder_, sidecar_name_);
  if (!sidecar) {
    partial.sidecar_problem = std::move(sidecar.error());
    return;
  }
  // Both may have been moved or restored together. Of a file with other bytes the digests tell.
  if (sidecar->inode != info.inode) {
    log::info(partial_path() +
              " is not the file that its sidecar was written for: moved, or restored");
  }
  partial.committing = sidecar->committing;
  partial.sidecar = std::move(*sidecar);
}

// The partial has become FILE and only the last steps are missing: the name may not be durable
// yet, and the sidecar is still there.
Result<void> Target::remove_stale_commit() {
  const auto sidecar = load_sidecar(*sidecar_folder_, sidecar_name_);
  if (!sidecar || !sidecar->committing) return {};
  auto file = folder_->info(name_);
  if (!file) return fail(std::move(file.error()));
  if (!*file) return {};
  if (auto synced = folder_->sync(); !synced) return synced;
  return sidecar_folder_->remove(sidecar_name_);
}

Result<void> Target::give_back_existing() {
  if (auto moved = folder_->rename_no_replace(partial_name(), name_); !moved) return moved;
  return folder_->sync();
}

Result<OpenPartial> Target::adopt_existing() {
  auto file = folder_->open(name_, core::Access::ReadWrite);
  if (!file) return fail(std::move(file.error()));
  OpenPartial partial;
  partial.file = std::move(*file);
  auto lock = PartialLock::take(folder_, *partial.file, name_, path_);
  if (!lock) return fail(std::move(lock.error()));
  partial.lock = std::move(*lock);
  auto info = partial.file->info();
  if (!info) return fail(std::move(info.error()));
  if (!regular_and_ours(*info)) return fail(not_ours(path_, *info));
  auto ours = still_named(*folder_, name_, *partial.file);
  if (!ours) return fail(std::move(ours.error()));
  if (!*ours) {
    return fail(disk_error("open", path_, "another process replaced it just now"));
  }
  if (auto moved = folder_->rename_no_replace(name_, partial_name()); !moved) {
    return fail(std::move(moved.error()));
  }
  // A sidecar that stands here is of an earlier partial.
  if (auto removed = sidecar_folder_->remove(sidecar_name_); !removed) {
    return fail(std::move(removed.error()));
  }
  if (auto synced = folder_->sync(); !synced) return fail(std::move(synced.error()));
  partial.size = info->size;
  partial.sidecar_problem = "the file was not downloaded by this command";
  return partial;
}

Result<void> Target::set_partial_aside() {
  // The rename first: a crash then leaves a sidecar that names another file, never bytes that
  // lost theirs. Should another process begin in between, its next checkpoint writes its own again.
  if (auto moved = store::set_partial_aside(*folder_, name_, path_); !moved) return moved;
  if (auto removed = sidecar_folder_->remove(sidecar_name_); !removed) return removed;
  return folder_->sync();
}

Result<void> Target::remove_old() { return remove_set_aside(*folder_, name_); }

Result<void> Target::discard_partial() {
  // The partial last: who finds it gone may begin at once, with a sidecar of its own.
  for (const std::string& name : {sidecar_name_, draft_of(sidecar_name_)}) {
    if (auto removed = sidecar_folder_->remove(name); !removed) return removed;
  }
  return folder_->remove(partial_name());
}

}  // namespace xget::store
