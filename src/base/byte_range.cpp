#include "base/byte_range.hpp"

#include <algorithm>

namespace xget {

ByteRange intersect(ByteRange a, ByteRange b) {
  ByteRange both{std::max(a.begin, b.begin), std::min(a.end, b.end)};
  return both.empty() ? ByteRange{both.begin, both.begin} : both;
}

bool overlap(ByteRange a, ByteRange b) { return a.begin < b.end && b.begin < a.end; }

std::string to_string(ByteRange range) {
  return std::to_string(range.begin) + "-" +
         (range.end == kUnknownEnd ? "" : std::to_string(range.end));
}

void RangeSet::add(ByteRange range) {
  if (range.empty()) return;
  auto it = ranges_.upper_bound(range.begin);
  if (it != ranges_.begin() && std::prev(it)->second >= range.begin) --it;
  while (it != ranges_.end() && it->first <= range.end) {
    range.begin = std::min(range.begin, it->first);
    range.end = std::max(range.end, it->second);
    bytes_ -= it->second - it->first;
    it = ranges_.erase(it);
  }
  ranges_.emplace_hint(it, range.begin, range.end);
  bytes_ += range.length();
}

void RangeSet::remove(ByteRange range) {
  if (range.empty()) return;
  auto it = ranges_.upper_bound(range.begin);
  if (it != ranges_.begin() && std::prev(it)->second > range.begin) --it;
  while (it != ranges_.end() && it->first < range.end) {
    const ByteRange old{it->first, it->second};
    it = ranges_.erase(it);
    bytes_ -= old.length();
    if (old.begin < range.begin) {
      ranges_.emplace_hint(it, old.begin, range.begin);
      bytes_ += range.begin - old.begin;
    }
    if (old.end > range.end) {
      it = ranges_.emplace_hint(it, range.end, old.end);
      bytes_ += old.end - range.end;
      return;
    }
  }
}

void RangeSet::clear() {
  ranges_.clear();
  bytes_ = 0;
}

bool RangeSet::contains(ByteRange range) const {
  return range.empty() || contiguous_end(range.begin) >= range.end;
}

bool RangeSet::touches(ByteRange range) const {
  const auto first = next(range.begin);
  return first && first->begin < range.end;
}

std::optional<ByteRange> RangeSet::next(std::uint64_t from) const {
  auto it = ranges_.upper_bound(from);
  if (it != ranges_.begin() && std::prev(it)->second > from) --it;
  if (it == ranges_.end()) return std::nullopt;
  return ByteRange{std::max(from, it->first), it->second};
}

std::optional<ByteRange> RangeSet::next_gap(std::uint64_t from, std::uint64_t limit) const {
  from = contiguous_end(from);
  if (from >= limit) return std::nullopt;
  auto it = ranges_.lower_bound(from);
  return ByteRange{from, it == ranges_.end() ? limit : std::min(limit, it->first)};
}

std::uint64_t RangeSet::contiguous_end(std::uint64_t from) const {
  auto it = ranges_.upper_bound(from);
  if (it == ranges_.begin()) return from;
  return std::max(from, std::prev(it)->second);
}

std::vector<ByteRange> RangeSet::ranges() const {
  std::vector<ByteRange> all;
  all.reserve(ranges_.size());
  for (const auto& [begin, end] : ranges_) all.push_back({begin, end});
  return all;
}

}  // namespace xget
