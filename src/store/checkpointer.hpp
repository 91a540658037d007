// Checkpointer: the disk side of a PartialSink. Here, and nowhere else, stands the order that
// makes "a byte that the sidecar claims is on stable storage" true, and the order of the steps
// that put FILE.partial under its final name.
//
// A sync that failed is never tried again: the kernel has told its error once and dropped the
// pages. From then on every call fails with that first error, and what the last sidecar claims
// is what counts.
// Thread: any, one call at a time is carried out (a mutex); each may block for long.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/byte_range.hpp"
#include "base/partial_names.hpp"
#include "core/ports.hpp"
#include "store/finished_files.hpp"
#include "store/sidecar.hpp"

namespace xget::store {

class Target;

// What stands on the disk, for those who work on it.
struct PartialFiles {
  std::shared_ptr<core::File> file;  // FILE.partial, locked
  std::shared_ptr<core::Folder> folder;
  std::shared_ptr<core::Folder> sidecar_folder;
  std::string path;  // FILE, for messages
  std::string name;  // FILE in its folder
  std::string partial_name;
  std::string sidecar_name;
  FinishedFiles* finished = nullptr;  // keeps the mark where the file itself cannot; null: nothing

  [[nodiscard]] std::string partial_path() const { return partial_of(path); }  // for messages
};

// Of a target whose FILE.partial is `file`, for those that work on while the Target may be gone.
PartialFiles partial_files(const Target& target, std::shared_ptr<core::File> file);

// How FILE.partial becomes FILE. Its bytes are whole and proven.
struct Commit {
  std::uint64_t size = 0;
  bool replace_existing = false;
  bool another_name_will_do = false;      // where FILE is taken: numbered_name.hpp
  std::optional<std::uint32_t> mode;      // nullopt: as the umask has it
  std::optional<WallTime> modified_time;  // nullopt: when it was written
  std::optional<Sidecar> sidecar;         // committing; absent: none was kept
  OriginMark mark;                        // its time is set when the file has its own
  // FILE is to be one more name of a finished file, of which nothing is changed.
  bool name_alone = false;
};

class Checkpointer {
 public:
  explicit Checkpointer(PartialFiles files);

  // Syncs the partial, and only if that worked replaces the sidecar by this one. A snapshot older
  // than one that was recorded already is left out: the newer one covers it. Then takes `drop`
  // out of the page cache.
  Result<void> record(const Sidecar& snapshot, const std::vector<ByteRange>& drop);

  // The last steps. A crash between any two of them is cleared up by the next run. Fails with
  // Exists if FILE appeared in the meantime and may not be replaced. After success record() does
  // nothing any more.
  Result<void> commit(const Commit& commit);

  // The steps of a commit without a sidecar, in this order, for those that commit many at once
  // (commit_group.hpp). Before the name is given, the file must be synced, and its folder after.
  Result<void> settle(const Commit& commit);
  Result<void> check_written();  // that it was synced
  Result<void> give_final_name(const Commit& commit);

  // What FILE.partial is called since it was committed: FILE's name, or a numbered one.
  [[nodiscard]] std::string final_name();
  // What it was just before, while nobody else worked on it. nullopt: not known.
  [[nodiscard]] std::optional<core::FileInfo> finished_file();

  // What such a commit syncs.
  [[nodiscard]] bool synced_as_a_whole() const { return files_.folder->synced_as_a_whole(); }
  [[nodiscard]] core::FolderId folder() const { return files_.folder->id(); }
  Result<void> sync_file_system() { return files_.folder->sync_file_system(); }
  Result<void> sync_folder() { return files_.folder->sync(); }

  // Waits for the call that is carried out, if there is one. After that nothing on the disk is
  // changed here any more: record() does nothing, and commit() fails.
  void end();

 private:
  Result<void> sync_then_replace(const Sidecar& snapshot);
  Result<void> replace_sidecar(const Sidecar& snapshot);
  template <typename Step>
  Result<void> take_step(Step step);
  Result<void> carry_out(const Commit& commit);
  Result<void> prepare_file(const Commit& commit);
  [[nodiscard]] std::uint32_t mode_of(const Commit& commit);
  Result<void> set_mode(const Commit& commit, std::uint32_t mode);
  void mark_file(const Commit& commit);
  void keep_mark();
  Result<void> rename_file(const Commit& commit);
  Result<void> rename_to_free_name(const Commit& commit);
  Result<void> still_ours();

  const PartialFiles files_;
  std::mutex mutex_;
  std::string final_name_;
  std::optional<core::FileInfo> finished_file_;
  std::string unkept_mark_;           // that the file itself could not take
  std::uint64_t generation_ = 0;      // of the last sidecar recorded
  bool partial_name_synced_ = false;  // the folder holds FILE.partial durably
  std::optional<Error> failed_;
  bool ended_ = false;
};

}  // namespace xget::store
