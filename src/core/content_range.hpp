// Content-Range (RFC 9110 section 14.4), parsed strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_range.hpp"

namespace xget::core {

struct ContentRange {
  std::optional<ByteRange> range;      // absent for "bytes */123"
  std::optional<std::uint64_t> total;  // absent for "bytes 0-99/*"
};

// nullopt: another unit, nonsense, first > last, last >= total, overflow, "bytes */*".
std::optional<ContentRange> parse_content_range(std::string_view value);

}  // namespace xget::core
