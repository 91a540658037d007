// DescriptorWriter: writes to a descriptor that somebody else may read slowly or close: a pipe, a
// terminal, a socket, a file. No SIGPIPE is raised by what it writes to sockets; for pipes the
// process must ignore it, or block it on the thread that writes.
// Thread: one at a time; `stop` may be set from any.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>

#include "base/descriptor.hpp"
#include "xget/error.hpp"

namespace xget::store {

class DescriptorWriter {
 public:
  // Borrows the descriptor, which must stay open.
  explicit DescriptorWriter(int descriptor);

  // Writes all of it, waiting for the reader. Fails with Disk ("standard output is closed"), or
  // with Interrupted soon after `stop` is set, unless a terminal or a disk holds it up. To a
  // terminal nothing is written that no text has in it: that fails with Usage.
  Result<void> write_all(std::span<const std::byte> bytes, const std::atomic<bool>& stop);

 private:
  ssize_t write_some(std::span<const std::byte> bytes) const;

  int descriptor_;
  Descriptor own_;  // the same pipe, opened again so as not to block
  bool socket_ = false;
  bool terminal_ = false;
};

}  // namespace xget::store
