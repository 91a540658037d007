// Half-open byte ranges and sets of them.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace xget {

// The end of a range whose length nobody knows yet.
inline constexpr std::uint64_t kUnknownEnd = std::numeric_limits<std::uint64_t>::max();

// [begin, end), in bytes from the start of the representation.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;

  [[nodiscard]] std::uint64_t length() const { return end - begin; }
  [[nodiscard]] bool empty() const { return begin >= end; }
  [[nodiscard]] bool contains(std::uint64_t offset) const {
    return begin <= offset && offset < end;
  }
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

[[nodiscard]] ByteRange intersect(ByteRange a, ByteRange b);
[[nodiscard]] bool overlap(ByteRange a, ByteRange b);  // they have a byte in common
// "begin-end", for people to read; without an end where it is unknown.
[[nodiscard]] std::string to_string(ByteRange range);

// A set of bytes as disjoint, non-adjacent ranges in order. Adding and removing cost the
// logarithm of the number of ranges plus the ranges they swallow.
class RangeSet {
 public:
  RangeSet() = default;
  explicit RangeSet(ByteRange range) { add(range); }

  void add(ByteRange range);
  void remove(ByteRange range);
  void clear();

  [[nodiscard]] bool empty() const { return ranges_.empty(); }
  [[nodiscard]] std::uint64_t size() const { return bytes_; }         // bytes in the set
  [[nodiscard]] std::size_t count() const { return ranges_.size(); }  // ranges in the set
  [[nodiscard]] bool contains(ByteRange range) const;                 // every byte of it

  [[nodiscard]] bool touches(ByteRange range) const;  // any byte of it

  // The first range that has bytes at or after `from`, cut to begin there.
  [[nodiscard]] std::optional<ByteRange> next(std::uint64_t from) const;
  // The first bytes at or after `from` that are not in the set, up to `limit`.
  [[nodiscard]] std::optional<ByteRange> next_gap(std::uint64_t from, std::uint64_t limit) const;
  // Where the run of bytes that begins at `from` ends; `from` itself if it is not in the set.
  [[nodiscard]] std::uint64_t contiguous_end(std::uint64_t from) const;

  [[nodiscard]] std::vector<ByteRange> ranges() const;
  friend bool operator==(const RangeSet&, const RangeSet&) = default;

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  // begin → end
  std::uint64_t bytes_ = 0;
};

}  // namespace xget
