#include "core/givers.hpp"

#include <algorithm>

namespace xget::core {
namespace {

constexpr int kPiecesThatConvict = 3;

}  // namespace

void Givers::add(MirrorId mirror, ByteRange range) { given_[mirror].add(range); }

void Givers::remove(ByteRange range) {
  for (auto& [mirror, given] : given_) given.remove(range);
}

std::vector<MirrorId> Givers::of(ByteRange range) const {
  std::vector<MirrorId> givers;
  for (const auto& [mirror, given] : given_) {
    const auto first = given.next(range.begin);
    if (first && first->begin < range.end) givers.push_back(mirror);
  }
  return givers;
}

std::size_t Givers::count() const {
  return static_cast<std::size_t>(std::count_if(
      given_.begin(), given_.end(), [](const auto& entry) { return !entry.second.empty(); }));
}

std::uint64_t Givers::bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [mirror, given] : given_) bytes += given.size();
  return bytes;
}

RangeSet Givers::given_by_others(MirrorId mirror) const {
  RangeSet others;
  for (const auto& [id, given] : given_) {
    if (id == mirror) continue;
    for (const ByteRange& range : given.ranges()) others.add(range);
  }
  return others;
}

std::optional<MirrorId> Givers::blame(ByteRange piece) {
  const std::vector<MirrorId> givers = of(piece);
  if (givers.empty()) return std::nullopt;
  if (givers.size() == 1) return convict(givers.front());
  ++shared_wrong_pieces_;
  for (const MirrorId mirror : givers) ++shares_in_them_[mirror];
  if (shared_wrong_pieces_ < kPiecesThatConvict) return std::nullopt;
  std::optional<MirrorId> guilty;
  for (const auto& [mirror, shares] : shares_in_them_) {
    if (shares < shared_wrong_pieces_) continue;
    if (guilty) return std::nullopt;
    guilty = mirror;
  }
  return guilty ? std::optional(convict(*guilty)) : std::nullopt;
}

// What it had a share in says nothing about the others any more.
MirrorId Givers::convict(MirrorId mirror) {
  shared_wrong_pieces_ = 0;
  shares_in_them_.clear();
  return mirror;
}

}  // namespace xget::core
