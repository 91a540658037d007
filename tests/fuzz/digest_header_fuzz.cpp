// Digest fields of each kind, one a line: whatever a server says, what is read is a whole digest by
// an algorithm that may prove something, one of each, the strongest first.
#include <string>
#include <vector>

#include "base/encoding.hpp"
#include "formats/digest_header.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using fuzz::require;

namespace {

void check(const std::vector<ExpectedDigest>& digests) {
  for (std::size_t i = 0; i < digests.size(); ++i) {
    const ExpectedDigest& digest = digests[i];
    require(parse_expected_digest(digest.algorithm, digest.hex) == digest, "a digest is whole");
    require(!is_stronger(DigestAlgorithm::Md5, digest.algorithm), "it is none against chance");
    require(i == 0 || is_stronger(digests[i - 1].algorithm, digest.algorithm),
            "digests go from the strongest, one of each kind");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  std::vector<std::string_view> fields;
  while (!input.empty()) fields.push_back(input.line());
  check(formats::parse_digest_dictionary(fields));
  check(formats::parse_instance_digests(fields));
  for (const std::string_view field : fields) {
    if (const auto digest = formats::parse_content_md5(field)) {
      check({*digest});
      require(digest->algorithm == DigestAlgorithm::Md5, "it is what it is called");
    }
    if (const auto bytes = parse_base64(field)) {
      require(bytes->size() <= field.size() / 4 * 3, "base64 holds three bytes in four characters");
    }
  }
  return 0;
}
