// The partial downloads in a folder: what stands there, without a session and without a change.
//
// Threads: any function from any thread; they read the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "xget/error.hpp"

namespace xget {

struct PartialSummary {
  std::string file;                   // FILE, whose bytes are in FILE.partial
  std::string url;                    // without secrets; empty where nothing tells it
  std::optional<std::uint64_t> size;  // of the whole file, in bytes
  std::uint64_t held = 0;             // bytes that the next run need not fetch
  bool in_use = false;                // another process is downloading to it
  std::string problem;  // why nothing of it counts as held; empty: its record is sound
};

// Of a folder: each partial in it, by name; not in those below. Of FILE or FILE.partial: that one.
// Files that another program called so are among them, with their problem. The sidecars are in
// `checkpoint_folder`; empty: beside the partials. Fails with Usage where there is nothing, with
// Disk where it cannot be read.
Result<std::vector<PartialSummary>> find_partials(const std::string& path,
                                                  const std::string& checkpoint_folder);

}  // namespace xget
