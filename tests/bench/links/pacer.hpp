// How fast bytes may be sent: a rate, held to within a few milliseconds.
//
// Pure: the time is a parameter, in nanoseconds of any clock that only goes forward.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace xget::bench {

class Pacer {
 public:
  /// 0 means without a limit.
  explicit Pacer(double bytes_per_second)
      : ns_per_byte_(bytes_per_second > 0 ? 1e9 / bytes_per_second : 0) {}

  /// From when on the next chunk may be sent.
  std::int64_t next_ns() const { return next_ns_; }

  /// How much to send at once.
  std::size_t chunk_bytes() const {
    if (ns_per_byte_ == 0) return kLargestChunk;
    const auto of_a_tick = static_cast<std::size_t>(kTickNs / ns_per_byte_);
    return std::clamp(of_a_tick, kSmallestChunk, kLargestChunk);
  }

  void spend(std::size_t bytes, std::int64_t now_ns) {
    next_ns_ = std::max(next_ns_, now_ns - kCatchUpNs) +
               static_cast<std::int64_t>(static_cast<double>(bytes) * ns_per_byte_);
  }

 private:
  static constexpr double kTickNs = 2e6;
  // A sender that woke up late may be this much ahead afterwards; what was idle for longer is not.
  static constexpr std::int64_t kCatchUpNs = 5'000'000;
  static constexpr std::size_t kSmallestChunk = 1448;  // what one packet carries
  static constexpr std::size_t kLargestChunk = 256 * 1024;

  double ns_per_byte_;
  std::int64_t next_ns_ = 0;
};

}  // namespace xget::bench
