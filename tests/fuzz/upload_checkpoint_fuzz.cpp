// The checkpoint of an upload: what parses stays within its own plan, and is written out as an
// equal checkpoint.
#include "base/text.hpp"
#include "fuzz/fuzz_input.hpp"
#include "remote/upload_checkpoint.hpp"

using namespace xget;
using namespace xget::remote;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = parse_upload_checkpoint(fuzz::FuzzInput(data, size).rest());
  if (!parsed) {
    require(parsed.error().code == ErrorCode::Disk, "what is refused is the disk's");
    require(!parsed.error().cause.empty(), "a refusal says why");
    require(printable(parsed.error().cause) == parsed.error().cause, "a cause can be printed");
    return 0;
  }
  require(!parsed->upload_id.empty() || parsed->parts.empty(), "an upload has an id");
  require(parsed->plan.size <= kLargestObject && parsed->plan.part_size >= kSmallestPart &&
              parsed->plan.part_size <= kLargestPart && parsed->plan.count() <= kMostParts,
          "a plan is one that stores take");
  require(parsed->parts.size() <= parsed->plan.count(), "no part is there twice");
  for (const auto& [number, part] : parsed->parts) {
    require(number >= 1 && number <= parsed->plan.count(), "a part is one of the plan's");
    require(parsed->plan.range(number).end <= parsed->plan.size, "a part lies within the file");
  }
  const std::string written = to_text(*parsed);
  const auto again = parse_upload_checkpoint(written);
  require(again && *again == *parsed, "what is read is what was written");
  require(to_text(*again) == written, "there is one way to write it");
  return 0;
}
