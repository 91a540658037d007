// Files of checksums: the first line of the input is the path that is looked for, the second the
// list's name, the rest the list. What is read means the same when it is written out with its
// algorithms' names, and what is found is one digest of each algorithm, the strongest first.
#include <string>

#include "base/text.hpp"
#include "formats/checksum_file.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using formats::Checksum;
using fuzz::require;

namespace {

std::string written(const Checksum& checksum) {
  std::string name;
  for (const char c : checksum.name.empty() ? "-" : checksum.name) {
    switch (c) {
      case '\\': name += "\\\\"; break;
      case '\n': name += "\\n"; break;
      case '\r': name += "\\r"; break;
      default: name += c;
    }
  }
  return "\\" + std::string(to_string(checksum.digest.algorithm)) + " (" + name +
         ") = " + checksum.digest.hex + "\n";
}

void check_error(const Error& error) {
  require(error.code == ErrorCode::Usage && !error.cause.empty(), "a refusal says why");
  const std::string text = to_string(error);
  require(printable(text) == text, "an error is one printable line");
}

void check_found(const std::vector<ExpectedDigest>& digests) {
  for (std::size_t i = 1; i < digests.size(); ++i) {
    require(is_stronger(digests[i - 1].algorithm, digests[i].algorithm),
            "digests go from the strongest, one of each kind");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const auto path = input.line();
  const auto file_name = input.line();
  const auto checksums = formats::parse_checksum_file(input.rest(), file_name);
  if (!checksums) {
    check_error(checksums.error());
    return 0;
  }
  std::string text;
  for (const Checksum& checksum : checksums->all()) {
    const ExpectedDigest& digest = checksum.digest;
    require(parse_expected_digest(digest.algorithm, digest.hex) == digest, "a digest is whole");
    require(checksum.name.size() <= formats::kLongestChecksumName, "the bound on names holds");
    text += written(checksum);
  }
  const auto reread = formats::parse_checksum_file(text, "");
  require(reread.has_value(), "written out it can be read");
  std::string again;
  for (const Checksum& checksum : reread->all()) again += written(checksum);
  require(again == text, "written out it means the same");
  for (const auto wanted : {path, std::string_view(checksums->all().front().name)}) {
    const auto digests = checksums->find(wanted);
    digests ? check_found(*digests) : check_error(digests.error());
  }
  return 0;
}
