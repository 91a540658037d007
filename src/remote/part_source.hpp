// PartSource: where the bytes of an object's parts come from, one part after the other: a local
// file, another resource, or the store itself, which copies what it has.
// Thread: loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/byte_range.hpp"
#include "core/ports.hpp"
#include "remote/file_digests.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// A part that can be sent, as often as it takes.
struct PartContent {
  std::shared_ptr<core::RequestBody> body;  // null: the store has the bytes, as the headers say
  PartDigests digests;
  std::vector<core::Header> headers;  // of the request, for what is copied
};

class PartSource {
 public:
  using Ready = std::function<void(Result<PartContent>)>;

  // Nothing is called after that.
  virtual ~PartSource() = default;

  // `ready` is called once, later. Fails with Changed where the bytes are of another version by
  // now.
  virtual void prepare(ByteRange range, Ready ready) = 0;
  // How many may be prepared at a time.
  [[nodiscard]] virtual std::size_t most_at_once() const = 0;

  // Its own timers, as a Source's.
  virtual void on_time(Instant) {}
  [[nodiscard]] virtual std::optional<Instant> next_deadline() const { return std::nullopt; }
};

}  // namespace xget::remote
