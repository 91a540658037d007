// Buffers that coalesce what libcurl hands over in small pieces into writes of kSmallWrite, or up
// to kLargeWrite: memory that is never filled costs nothing. The pool is a stack, so that the
// buffer used next is the one still in the cache. One for all jobs: small files come and go, and a
// fresh buffer costs more than such a file's bytes. Thread: loop.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "core/ports.hpp"

namespace xget::engine {

inline constexpr std::size_t kSmallWrite = 256U << 10;
inline constexpr std::size_t kLargeWrite = 1U << 20;
inline constexpr std::size_t kMostDelivered = 16U << 10;  // by one Source callback

class BufferPool {
 public:
  // Comes back to the pool when its last owner lets go of it, on the loop thread; it may outlive
  // the pool. Aligned, so that it can be written past the page cache.
  using Buffer = std::shared_ptr<std::byte[]>;
  // Room for a full buffer and one delivery that arrives while it cannot be written.
  static constexpr std::size_t kCapacity = kLargeWrite + kMostDelivered;

  Buffer take() {
    if (free_->empty()) free_->push_back(allocate());
    Memory memory = std::move(free_->back());
    free_->pop_back();
    return {memory.release(), [free = free_](std::byte* bytes) {
              Memory back(bytes);
              if (free->size() < kMostFree) free->push_back(std::move(back));
            }};
  }

 private:
  static constexpr std::size_t kMostFree = 16;
  static constexpr std::align_val_t kAlignment{core::kDirectAlignment};
  struct Free {
    void operator()(std::byte* bytes) const { ::operator delete[](bytes, kAlignment); }
  };
  using Memory = std::unique_ptr<std::byte[], Free>;

  static Memory allocate() {
    return Memory(static_cast<std::byte*>(::operator new[](kCapacity, kAlignment)));
  }

  std::shared_ptr<std::vector<Memory>> free_ = std::make_shared<std::vector<Memory>>();
};

}  // namespace xget::engine
