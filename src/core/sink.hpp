// Sink: accepts bytes at an offset and says which ranges are durable. A partial file or standard
// output now; a multipart upload later.
// Thread: loop. What may block for long runs on the Sink's own Worker; callbacks come on the
// loop thread, never from inside the call that asked. A Sink may be destroyed at any time; no
// callback comes after that. Its workers must outlive it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/byte_range.hpp"
#include "core/ports.hpp"
#include "core/representation.hpp"
#include "xget/error.hpp"
#include "xget/event.hpp"

namespace xget::core {

// Bytes that are handed over. Who needs them for longer than the call keeps their owner: as long as
// he does they neither change nor go away. It is let go of on the loop thread. Without an owner
// they are the caller's again when the call returns.
struct LentBytes {
  LentBytes(std::span<const std::byte> lent, std::shared_ptr<const void> their_owner = nullptr)
      : bytes(lent), owner(std::move(their_owner)) {}

  std::span<const std::byte> bytes;
  std::shared_ptr<const void> owner;
};

class Sink {
 public:
  using Done = std::function<void(Result<void>)>;

  virtual ~Sink() = default;

  // Bytes at an offset, in any order, never twice. A failure ends the job: what the last
  // checkpoint claims is kept. May block for as long as a write does, or return before the bytes
  // are written: a failure is then told by the next call that could meet one.
  virtual Result<void> write(std::uint64_t offset, LentBytes bytes) = 0;
  // Writes that begin and end at multiples of this, in the file and in memory, cost least.
  [[nodiscard]] virtual std::size_t alignment() const { return 1; }
  // False: enough is on its way. Who can wait with the next write does, until on_room's callback;
  // who cannot may write all the same.
  [[nodiscard]] virtual bool takes_more() const { return true; }

  // No byte at or after this offset may be written for now; grows as the front is taken away.
  [[nodiscard]] virtual std::uint64_t window_end() const = 0;
  // How far that is ahead of the front at most; kUnknownEnd: there is no window.
  [[nodiscard]] virtual std::uint64_t window_length() const = 0;
  // Called on the loop thread when window_end has grown, when takes_more() is true again, and when
  // a write has failed.
  virtual void on_room(std::function<void()> callback) = 0;

  // What was written, is on its way, or was claimed by an earlier run: not to be fetched again.
  [[nodiscard]] virtual RangeSet held() const = 0;
  // Of that, what can be read back where the bytes can be read at all.
  [[nodiscard]] virtual RangeSet readable() const { return held(); }

  // Bytes written since the last checkpoint, or on their way, that could be made durable.
  [[nodiscard]] virtual std::uint64_t undurable_bytes() const = 0;
  // Bytes that a later run can go on with.
  [[nodiscard]] virtual std::uint64_t durable_bytes() const = 0;
  // Makes what was written durable and recorded. At most one at a time. An error ends the job.
  virtual void checkpoint(Done done) = 0;

  // Checks what an earlier run claimed, front first. `bad` is called for each range that does not
  // match (it is no longer claimed, durably, by then), and also later for bytes of this run that
  // read back differently; `done` once all claims are checked.
  virtual void verify_claims(std::function<void(ByteRange)> bad, Done done) = 0;

  // Where pieces were published: `wrong` is called for each piece that was written and is not what
  // its publisher names, so that its source gave it wrongly. By then it is no longer held, durably.
  // Once only; before the first write.
  virtual void on_wrong_piece(std::function<void(ByteRange)> wrong) = 0;

  // Drops a range that was written or claimed, so that it can be written again. Not to be called
  // where handed_on() is true: bytes that left cannot be called back.
  virtual void forget(ByteRange range) = 0;
  [[nodiscard]] virtual bool handed_on() const { return false; }

  // All bytes are written: checks what is left to check of the published pieces and the whole
  // file's digest, if such were given, and puts the file under its final name. `size` is the size
  // of the representation.
  virtual void finish(std::uint64_t size, Done done) = 0;
  // Takes finish() back while it only checks: its `done` is never called then. False: the file is
  // about to have its final name, or has it, and `done` will tell.
  virtual bool cancel_finish() = 0;
};

}  // namespace xget::core
