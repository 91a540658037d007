// Duplicate: makes FILE from another finished file with the same bytes, the original: as a hard
// link, as a clone that shares its room, or as a copy.
//
//   the original is as it was → FILE.partial.copy → FILE, as any finished file becomes it
//
// A link and a clone are only made of what is, by inode, size and time, the file that was verified;
// the bytes of a copy are hashed on the way and must match. What cannot be linked or cloned is
// copied. FILE's own partial is left alone: should there be no duplicate, the download goes on.
//
// Whoever finds FILE.partial.copy after a crash knows by a mark that it is xget's, as that of a
// finished file, whose name it may be one of.
//
// Thread: loop; linking and cloning run on `disk`, copying on `hashing`, one task at a time. It may
// be destroyed at any time: no callback comes after that, and what is not FILE by then goes, at the
// latest when the task under way ends.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/digest.hpp"
#include "core/ports.hpp"
#include "core/same_bytes.hpp"
#include "store/commit_group.hpp"
#include "store/target.hpp"
#include "xget/options.hpp"

namespace xget::store {

struct DuplicateSettings {
  Dedupe as = Dedupe::Copy;   // never Off
  ExpectedDigest digest;      // of the original
  Commit commit;              // how it becomes FILE; what the original has of it is filled in here
  bool original_time = true;  // a clone or a copy has the original's; false: that of now
  Preallocate preallocate = Preallocate::Full;
  bool locked = false;  // FILE.partial is there, and its lock is held
};

// All must outlive it.
struct DuplicatePorts {
  core::FileSystem& files;
  core::Worker& disk;
  core::Worker& hashing;
  CommitGroup& commits;
};

// FILE is there.
struct Duplicated {
  Dedupe as = Dedupe::Copy;
  std::string why_copied;  // though something else was asked for; empty: it was not
  std::string final_name;  // FILE's, or a numbered one
};
// There is none, and what it would have been made from is of no use, or cannot be read.
struct NoDuplicate {
  std::string why;
};
// Error: FILE cannot be written; Busy: another process is making it; Exists: it stands there now.
using DuplicateOutcome = std::variant<Duplicated, NoDuplicate, Error>;

class Duplicate : public std::enable_shared_from_this<Duplicate> {
 public:
  // `done` is called once, later. Shared, because a task may outlive its owner.
  static std::shared_ptr<Duplicate> begin(const Target& target, DuplicatePorts ports,
                                          core::Original original, DuplicateSettings settings,
                                          std::function<void(DuplicateOutcome)> done);

  // False: it is being given its name, and `done` is called soon. True: `done` is not called.
  [[nodiscard]] bool cancel();
  [[nodiscard]] std::uint64_t copied() const { return copied_; }

 private:
  struct Work;
  Duplicate(std::shared_ptr<Work> work, DuplicatePorts ports,
            std::function<void(DuplicateOutcome)> done);
  void submit(core::Worker& worker, std::function<void(Work&)> task);
  void go_on();
  void commit();
  void end(DuplicateOutcome outcome);

  const std::shared_ptr<Work> work_;  // shared with the task under way
  const DuplicatePorts ports_;
  std::function<void(DuplicateOutcome)> done_;
  std::uint64_t copied_ = 0;
  bool committing_ = false;
};

// Whether FILE.partial.copy is there, and shows that it is what a crash left of a duplicate. FILE
// is `name`. Fails with Disk.
Result<bool> is_unfinished_duplicate(core::Folder& folder, const std::string& name);

}  // namespace xget::store
