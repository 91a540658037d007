#include "store/digest_check.hpp"

#include <utility>

#include "base/text.hpp"

namespace xget::store {

Result<std::unique_ptr<Digester>> make_digester(DigestAlgorithm algorithm) {
  auto digester = Digester::create(algorithm);
  if (digester) return digester;
  Error error;
  error.code = ErrorCode::Usage;
  error.operation = "compute the digest";
  error.subject = to_string(algorithm);
  error.cause = "this system's OpenSSL does not allow it";
  error.remedy = "give a digest of another kind";
  return fail(std::move(error));
}

Result<void> compare_digests(const ExpectedDigest& expected, const std::string& actual_hex,
                             const std::string& path, const std::string& said_by) {
  if (actual_hex == expected.hex) return {};
  Error error;
  error.code = ErrorCode::Checksum;
  error.operation = "check the digest of";
  error.subject = printable(path);
  error.cause = std::string(to_string(expected.algorithm)) + " is " + actual_hex +
                ", expected was " + printable(expected.hex) +
                (said_by.empty() ? "" : ", as " + said_by + " says");
  return fail(std::move(error));
}

}  // namespace xget::store
