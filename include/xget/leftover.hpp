// What unfinished downloads left on the disk, and taking it away.
//
// Threads: any function from any thread; they read the disk, and remove_leftover() changes it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "xget/error.hpp"
#include "xget/options.hpp"

namespace xget {

// What stands beside one FILE. FILE itself is never touched.
struct Leftover {
  std::string file;                // FILE, there or not
  std::vector<std::string> paths;  // what is provably xget's own and nobody uses, in this order
  std::uint64_t bytes = 0;         // that those have
  Milliseconds unchanged_for{};    // since the last change to any of them
  std::string kept;                // what else is there and why it stays, in words; empty: nothing
};

// Of a folder: by the name of FILE; not in those below. Of FILE, or of one of the names beside it:
// that one. Changes nothing. The sidecars are in `checkpoint_folder`; empty: beside the partials.
// Fails with Usage where there is nothing, with Disk where it cannot be read.
Result<std::vector<Leftover>> find_leftovers(const std::string& path,
                                             const std::string& checkpoint_folder);

// Looks again, under the lock that keeps downloads off, and removes what is still provably xget's
// own: that is what comes back. Fails with Busy where a download has begun, and with Disk.
Result<Leftover> remove_leftover(const std::string& file, const std::string& checkpoint_folder);

}  // namespace xget
