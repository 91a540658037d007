// CommitGroup: gives many small files their final names at once. A sync for each costs the disk a
// turn or two; here those that become whole while a group is being made durable are the next group:
//
//   contents written → one sync of the file system → all renamed → their folders synced
//
// So nothing gets its final name before its bytes are on the disk, as for a file alone.
//
// A file system whose whole sync proves nothing for a single file (a network's, one in user space)
// and a group of very few are synced one by one. What could not be written back is found for each
// file by itself: a failure of the whole is not told apart.
//
// Thread: loop; the work runs on `disk`, which must outlive this.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "core/ports.hpp"
#include "store/checkpointer.hpp"

namespace xget::store {

class CommitGroup {
 public:
  static constexpr std::size_t kWorthOneSync = 3;  // files

  // `least`: fewer are synced one by one.
  explicit CommitGroup(core::Worker& disk, std::size_t least = kWorthOneSync);
  ~CommitGroup();  // what has not ended is not told any more
  CommitGroup(const CommitGroup&) = delete;
  CommitGroup& operator=(const CommitGroup&) = delete;

  // As Checkpointer::commit, of a commit without a sidecar. `done` is called on the loop thread.
  void add(std::shared_ptr<Checkpointer> file, Commit commit,
           std::function<void(Result<void>)> done);

 private:
  struct Item;
  struct State;
  static void begin(const std::shared_ptr<State>& state);

  const std::shared_ptr<State> state_;  // shared with what runs
};

}  // namespace xget::store
