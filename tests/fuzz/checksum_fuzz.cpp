// Checksums as users and servers write them: what parses has as many digits as its algorithm, and
// means the same when it is written out again.
#include "base/digest.hpp"
#include "formats/checksum_spec.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = formats::parse_checksum_spec(fuzz::FuzzInput(data, size).rest());
  if (!parsed) {
    require(parsed.error().code == ErrorCode::Usage, "what is refused is the user's to correct");
    require(!parsed.error().cause.empty(), "a refusal says why");
    require(to_string(parsed.error()).find('\n') == std::string::npos, "an error is one line");
    return 0;
  }
  require(parsed->hex.size() == 2 * digest_size(parsed->algorithm), "no digit is missing");
  require(parsed->hex.find_first_not_of("0123456789abcdef") == std::string::npos,
          "the digits are hexadecimal, in lower case");
  const bool xxh3 = parsed->algorithm == DigestAlgorithm::Xxh3_128 ||
                    parsed->algorithm == DigestAlgorithm::Xxh3_64;
  const std::string name = xxh3 ? "xxh3" : to_string(parsed->algorithm);
  const auto again = formats::parse_checksum_spec(name + ":" + parsed->hex);
  require(again && again->algorithm == parsed->algorithm && again->hex == parsed->hex,
          "written out it means the same");
  return 0;
}
