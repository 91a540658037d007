// RangeCap: the longest range that a server gives in one response. Some give less than was asked
// for and say so in Content-Range (RFC 9110 section 14.4): whoever asks for no more than that gets
// responses that end where they should. A body that breaks off teaches nothing: only what the head
// announces counts.
// Pure; lengths in bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/byte_range.hpp"

namespace xget::core {

class RangeCap {
 public:
  // The head of a response to a request for `asked` bytes announces `granted` of them.
  void on_grant(std::uint64_t asked, std::uint64_t granted) {
    if (granted >= asked) {
      shorter_.reset();
      return;
    }
    const bool believed_at_once = longest_ == kUnknownEnd && granted >= kBelievedAtOnce;
    if (believed_at_once || granted > longest_) {
      longest_ = granted;
    } else if (granted < longest_ && !shorter_) {
      shorter_ = granted;
      return;
    } else if (granted < longest_) {
      longest_ = std::max(*shorter_, granted);
    }
    shorter_.reset();
  }

  // kUnknownEnd: no cap was met.
  [[nodiscard]] std::uint64_t longest() const { return longest_; }

 private:
  // A server that gives up to a boundary of its own may give next to nothing once: a cap so small,
  // or smaller than the one known, is believed when it is met twice in a row.
  static constexpr std::uint64_t kBelievedAtOnce = 64ULL << 10;

  std::uint64_t longest_ = kUnknownEnd;
  std::optional<std::uint64_t> shorter_;  // met once
};

}  // namespace xget::core
