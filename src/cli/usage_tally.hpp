// How much there is at and below folders, from a listing in the byte order of the keys: what is
// below one folder stands together there, so that only the folders on the way are remembered.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace xget::cli {

struct Usage {
  std::string folder;  // of the keys, as `add` is given them; ends in "/", but for the topmost: ""
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;
};

class UsageTally {
 public:
  using Tell = std::function<void(const Usage&)>;  // each folder once, those below it before

  UsageTally(std::size_t max_depth, Tell tell);

  // `path`: a key behind the topmost folder's; empty: that one's own.
  void add(std::string_view path, std::uint64_t bytes);
  void end();

 private:
  void close_down_to(std::size_t depth);

  const std::size_t max_depth_;
  const Tell tell_;
  std::vector<Usage> open_;  // the topmost and those on the way
};

}  // namespace xget::cli
