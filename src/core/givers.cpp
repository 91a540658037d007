#include "core/givers.hpp"

#include <algorithm>

namespace xget::core {
namespace {

constexpr int kSharesThatConvict = 3;

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
  if (givers.size() == 1) return givers.front();
  std::optional<MirrorId> guilty;
  int most = kSharesThatConvict - 1;
  for (const MirrorId mirror : givers) {
    const int shares = ++shares_in_wrong_pieces_[mirror];
    if (shares <= most) continue;
    most = shares;
    guilty = mirror;
  }
  return guilty;
}

}  // namespace xget::core
