// What the bytes of a simulated resource are: a pure function of version and offset. No byte is
// zero (a hole in a file shows), and two versions differ at every offset (a single byte of the
// wrong one shows). The pattern's period is a prime, so that no misplacement by a whole piece, page
// or buffer goes unseen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace xget::sim {

using VersionId = int;
inline constexpr VersionId kMaxVersions = 32;
// What is in no version of any resource: the bodies of error pages, coded bodies, surplus bytes.
inline constexpr VersionId kJunk = kMaxVersions;

// Bytes of a version from an offset on: at least one, at most `limit`. Lives forever.
std::span<const std::byte> content(VersionId version, std::uint64_t offset, std::uint64_t limit);

// The first offset at which `bytes`, standing at `offset`, are not those of the version.
std::optional<std::uint64_t> first_difference(VersionId version, std::uint64_t offset,
                                              std::span<const std::byte> bytes);

}  // namespace xget::sim
