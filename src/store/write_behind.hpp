// WriteBehind: writes a file past the page cache, on a worker, while the loop goes on with other
// bytes. For files that would not stay in the cache anyway: filling a page of it and writing it
// back costs the CPU more than all else that is done to a byte.
//
// One write at a time, in the order in which they were handed over: bytes that were forgotten and
// come again land on top, and no page is written past the cache and by way of it at the same time.
// What does not begin and end at pages (where a segment was cut) goes by way of the cache.
//
// Thread: loop; the writing runs on `writer`, which must outlive this.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/byte_range.hpp"
#include "core/ports.hpp"
#include "core/sink.hpp"

namespace xget::store {

class WriteBehind : public std::enable_shared_from_this<WriteBehind> {
 public:
  // More than this is on its way only if somebody could not wait.
  static constexpr std::size_t kFullBytes = 2U << 20;

  // On the loop thread, once for each write that was not forgotten, in their order. The bytes are
  // still in memory.
  using OnWritten = std::function<void(std::uint64_t offset, std::span<const std::byte> bytes,
                                       const Result<void>& outcome)>;

  // The file must be one that can be written directly.
  WriteBehind(std::shared_ptr<core::File> file, core::Worker& writer, OnWritten on_written);

  // Bytes without an owner are copied.
  void write(std::uint64_t offset, core::LentBytes lent);
  // Writes that touch the range are worth nothing. Says what they were.
  std::vector<ByteRange> forget(ByteRange range);
  // Calls back on the loop thread, later, once all that was handed over before is written.
  void afterwards(std::function<void()> call);
  // Waits for the write that is being carried out. Those that have not begun are left out, the file
  // is let go of, and nothing is called back any more.
  void end();

  // Of what is on its way.
  [[nodiscard]] std::vector<ByteRange> ranges() const;  // and was not forgotten
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool idle() const { return on_the_way_.empty(); }
  [[nodiscard]] bool full() const { return bytes_ >= kFullBytes; }

 private:
  struct Write;
  struct Gate;
  void end_write(const Write& write);

  const std::shared_ptr<Gate> gate_;  // shared with the tasks
  core::Worker& writer_;
  const OnWritten on_written_;
  std::deque<std::shared_ptr<Write>> on_the_way_;  // the front is the next to end
  std::size_t bytes_ = 0;
};

}  // namespace xget::store
