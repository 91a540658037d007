// Content-Range: what parses is what RFC 9110 section 14.4 allows, and says the same when it is
// written out again.
#include "core/content_range.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using fuzz::require;

namespace {

std::string written(const core::ContentRange& parsed) {
  const std::string range = parsed.range ? std::to_string(parsed.range->begin) + "-" +
                                               std::to_string(parsed.range->end - 1)
                                         : "*";
  return "bytes " + range + "/" + (parsed.total ? std::to_string(*parsed.total) : "*");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = core::parse_content_range(fuzz::FuzzInput(data, size).rest());
  if (!parsed) return 0;
  require(parsed->range || parsed->total, "it says something");
  if (parsed->range) {
    require(!parsed->range->empty(), "a range holds at least one byte");
    require(parsed->range->end < kUnknownEnd, "an end that is known is no end that is not");
    require(!parsed->total || parsed->range->end <= *parsed->total, "a range ends within the size");
  }
  const auto again = core::parse_content_range(written(*parsed));
  require(again && again->range == parsed->range && again->total == parsed->total,
          "written out it means the same");
  return 0;
}
