// Target: what stands under FILE and under the names beside it (base/partial_names.hpp).
//
// Works by the folder's descriptor; symbolic links in the way are refused, never followed.
// Thread: loop, but for what the sink made from it runs on its workers.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/partial_names.hpp"
#include "core/ports.hpp"
#include "core/representation.hpp"
#include "store/finished_files.hpp"
#include "store/partial_lock.hpp"
#include "store/sidecar.hpp"

namespace xget::store {

// FILE.partial, opened and locked.
struct OpenPartial {
  std::unique_ptr<core::File> file;
  PartialLock lock;
  std::uint64_t size = 0;
  std::optional<Sidecar> sidecar;  // present: its own digest holds and it names this file
  std::string sidecar_problem;     // why there is none, in words; empty if the file is absent
  bool committing = false;         // a crash came between "whole" and the rename
};

class Target {
 public:
  // Opens the folders (the checkpoint folder is made if missing) and checks that they can be
  // written and that the names are not too long. Fails with Disk or Usage.
  // `finished` has marks of files that have none themselves; null: nobody does. It must outlive the
  // Target, and the sink made from it.
  static Result<std::unique_ptr<Target>> open(core::FileSystem& files, const std::string& path,
                                              const std::string& checkpoint_folder,
                                              FinishedFiles* finished = nullptr);

  const std::string& path() const { return path_; }               // as given, for messages
  std::string partial_path() const { return partial_of(path_); }  // for messages

  // FILE. nullopt: absent. Fails with Disk if it is no regular file. Carries out what is left of a
  // finish() that a crash cut off after the rename, or between the link and the unlink that stand
  // in for one.
  Result<std::optional<core::FileInfo>> existing();
  // What it was when xget finished it, if it still is that.
  std::optional<OriginMark> existing_mark();
  Result<std::unique_ptr<core::File>> open_existing();

  // FILE.partial with its lock held. nullopt: absent. Fails with Busy if another process holds
  // it, with Disk if it is not a regular file of ours with one link. After locking, the inode is
  // compared with the name's (the other may just have renamed it); a lost race is tried again.
  // Clears up what a crash left in the middle of finish() or set_partial_aside(): a second name of
  // FILE or of FILE.partial, or a sidecar whose partial has become FILE.
  Result<std::optional<OpenPartial>> open_partial();

  // FILE becomes FILE.partial (it must not exist) and is opened and locked.
  Result<OpenPartial> adopt_existing();
  // Undoes that: FILE.partial is FILE again.
  Result<void> give_back_existing();

  // FILE.partial, held open and locked, becomes FILE.partial.old (one set aside before is replaced,
  // a file of somebody else's is an error: set_aside.hpp) and its sidecar is removed.
  Result<void> set_partial_aside();
  // Removes FILE.partial.old once the new version is whole, if it is what was set aside.
  Result<void> remove_old();
  // Removes FILE.partial and its sidecar, and what a crash left of the next sidecar.
  Result<void> discard_partial();

  // Names and folders, for the sink.
  core::Folder& folder() { return *folder_; }
  core::Folder& sidecar_folder() { return *sidecar_folder_; }
  const std::string& name() const { return name_; }
  std::string partial_name() const { return partial_of(name_); }
  const std::string& sidecar_name() const { return sidecar_name_; }
  [[nodiscard]] FinishedFiles* finished() const { return finished_; }
  // For those that work on while the Target may be gone.
  std::shared_ptr<core::Folder> shared_folder() const { return folder_; }
  std::shared_ptr<core::Folder> shared_sidecar_folder() const { return sidecar_folder_; }

 private:
  Target() = default;
  Result<void> choose_names(const std::string& checkpoint_folder);
  Result<std::optional<OpenPartial>> try_open_partial(bool& lost_race);
  Result<std::optional<std::string>> name_left_over(const core::FileInfo& partial);
  void read_sidecar_into(OpenPartial& partial, const core::FileInfo& info);
  Result<void> remove_stale_commit();
  std::string path_, name_, sidecar_name_;
  std::shared_ptr<core::Folder> folder_, sidecar_folder_;
  FinishedFiles* finished_ = nullptr;
};

}  // namespace xget::store
