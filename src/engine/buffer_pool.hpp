// Buffers that coalesce what libcurl hands over in small pieces into writes of kBufferSize. The
// pool is a stack, so that the buffer used next is the one still in the cache.
// Thread: loop.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace xget::engine {

inline constexpr std::size_t kBufferSize = 256U << 10;
inline constexpr std::size_t kMostDelivered = 16U << 10;  // by one Source callback

class BufferPool {
 public:
  // Room for a full buffer and one delivery that arrives while it cannot be written.
  using Buffer = std::unique_ptr<std::byte[]>;
  static constexpr std::size_t kCapacity = kBufferSize + kMostDelivered;

  Buffer take() {
    if (free_.empty()) return std::make_unique_for_overwrite<std::byte[]>(kCapacity);
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }
  void give_back(Buffer buffer) { free_.push_back(std::move(buffer)); }

 private:
  std::vector<Buffer> free_;
};

}  // namespace xget::engine
