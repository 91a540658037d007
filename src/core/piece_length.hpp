// How long a piece is, so that the sidecar stays under 1 MiB at any size.
#pragma once

#include <cstdint>

namespace xget::core {

inline constexpr std::uint64_t kMinPieceLength = 1ULL << 20;
inline constexpr std::uint64_t kMaxPieces = 14000;  // 14,000 pieces are 0.95 MB of sidecar

// A power of two, at least kMinPieceLength, that cuts `size` into at most kMaxPieces.
constexpr std::uint64_t piece_length(std::uint64_t size) {
  std::uint64_t length = kMinPieceLength;
  while (length < (1ULL << 62) && (size - 1) / length >= kMaxPieces && size > 0) length *= 2;
  return length;
}

}  // namespace xget::core
