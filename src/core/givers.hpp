// Givers: which mirror gave which bytes, so that a digest that does not match names the guilty one.
// Pure; its memory is bounded by the number of runs of bytes that came from one mirror.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "base/byte_range.hpp"
#include "core/mirrors.hpp"

namespace xget::core {

class Givers {
 public:
  void add(MirrorId mirror, ByteRange range);
  void remove(ByteRange range);  // these bytes are to come again

  [[nodiscard]] std::vector<MirrorId> of(ByteRange range) const;
  [[nodiscard]] std::size_t count() const;    // of those that gave any byte
  [[nodiscard]] std::uint64_t bytes() const;  // that they gave and that were not removed
  [[nodiscard]] RangeSet given_by_others(MirrorId mirror) const;

  // The bytes of a piece are wrong. Who is to be left: the only one that gave them, or the only one
  // that had a share in every wrong piece of several givers, of which there were some. nullopt:
  // that cannot be told yet; where two mirrors share every piece, it never can.
  [[nodiscard]] std::optional<MirrorId> blame(ByteRange piece);

 private:
  MirrorId convict(MirrorId mirror);

  std::map<MirrorId, RangeSet> given_;
  int shared_wrong_pieces_ = 0;
  std::map<MirrorId, int> shares_in_them_;
};

}  // namespace xget::core
