// FILE.partial.old: a partial of another version, kept until the new version is whole.
//
// A file of that name may as well be somebody's own, a whole download even. So what xget sets aside
// it marks, and touches nothing else: FILE.partial.mark holds the inode's number, the size and the
// time of the last change of what was set aside, in words. No attribute of the file itself, as not
// every file system has those; and not the inode's number alone, which the next file may get.
//
// The order, each step on stable storage before the next: the file as it is marked, the mark, the
// rename; later the removal, and that of the mark. So a crash leaves a mark too many, which the
// next call clears up, and never one too few.
// Thread: any; the partial's lock is held, or FILE is whole.
#pragma once

#include <string>
#include <vector>

#include "core/ports.hpp"

namespace xget::store {

// FILE.partial becomes FILE.partial.old, in the place of what was set aside before. Fails with
// Disk, number EEXIST, where a file of somebody else's has that name or the mark's: nothing is
// changed then. FILE is `name` in its folder, and `path` in messages. Nothing may be written to the
// partial after this.
Result<void> set_partial_aside(core::Folder& folder, const std::string& name,
                               const std::string& path);

// The names of what was set aside, and of its mark, in the order in which they may be removed. Of
// what is not marked nothing. Fails with Disk.
Result<std::vector<std::string>> set_aside_files(core::Folder& folder, const std::string& name);

// Removes those. Fails with Disk.
Result<void> remove_set_aside(core::Folder& folder, const std::string& name);

}  // namespace xget::store
