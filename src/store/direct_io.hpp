// Writing past the page cache, as Linux does it: whether a file can be written so, and whether that
// pays on its disk.
// Thread: any. Every call may block for as long as opening a file does.
#pragma once

#include "base/descriptor.hpp"
#include "core/ports.hpp"

namespace xget::store {

// The same file once more, for direct writes at multiples of core::kDirectAlignment. Not valid
// where the file system has none, or wants more of them.
Descriptor open_direct(int file);

// Slow on a disk that rotates, and on what is no local disk as far as can be told. A file that can
// be written directly is expected.
core::DirectWrites speed_of_direct_writes(int file);

}  // namespace xget::store
