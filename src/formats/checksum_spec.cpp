#include "formats/checksum_spec.hpp"

#include "base/text.hpp"

namespace xget::formats {
namespace {

constexpr std::string_view kKnown = "md5, sha1, sha256, sha384, sha512, blake2b, xxh3, crc32c";

tl::unexpected<Error> spec_error(std::string_view spec, std::string cause) {
  return fail({.code = ErrorCode::Usage,
               .operation = "checksum",
               .subject = "\"" + std::string(spec) + "\"",
               .cause = std::move(cause),
               .remedy = "write it as ALGORITHM:HEX, for example sha256:9f86d0..."});
}

// The one name that stands for two algorithms; the number of digits tells which.
DigestAlgorithm xxh3_of(std::size_t digits) {
  const bool is_64_bit = digits == 2 * digest_size(DigestAlgorithm::Xxh3_64);
  return is_64_bit ? DigestAlgorithm::Xxh3_64 : DigestAlgorithm::Xxh3_128;
}

std::optional<DigestAlgorithm> find_algorithm(std::string_view name, std::size_t digits) {
  if (equals_ignoring_case(name, "xxh3")) return xxh3_of(digits);
  return parse_digest_algorithm(name);
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

std::string expected_digits(std::string_view name, DigestAlgorithm algorithm) {
  if (equals_ignoring_case(name, "xxh3")) return "32 hexadecimal digits, or 16 for its 64-bit form";
  return std::to_string(2 * digest_size(algorithm)) + " hexadecimal digits";
}

}  // namespace

std::optional<DigestAlgorithm> usual_algorithm(std::size_t digits) {
  for (const DigestAlgorithm one :
       {DigestAlgorithm::Md5, DigestAlgorithm::Sha1, DigestAlgorithm::Sha256,
        DigestAlgorithm::Sha384, DigestAlgorithm::Sha512}) {
    if (2 * digest_size(one) == digits) return one;
  }
  return std::nullopt;
}

Result<ExpectedDigest> parse_checksum_spec(std::string_view spec) {
  const std::string_view text = trim(spec);
  // A line of SHA256SUMS and the like, with the file's name behind the digits.
  const std::string_view digits = text.substr(0, text.find_first_of(" \t"));
  if (digits.size() < text.size() && is_hex(digits)) {
    if (const auto usual = usual_algorithm(digits.size())) {
      return *parse_expected_digest(*usual, digits);
    }
  }
  const auto separator = text.find_first_of(":=");
  if (separator == std::string_view::npos) {
    const auto usual = usual_algorithm(text.size());
    auto digest = usual ? parse_expected_digest(*usual, text) : std::nullopt;
    if (digest) return *std::move(digest);
    return spec_error(spec, "there is no algorithm before the digits");
  }
  const std::string name(trim(text.substr(0, separator)));
  const std::string_view hex = trim(text.substr(separator + 1));
  const auto algorithm = find_algorithm(name, hex.size());
  if (!algorithm) {
    return spec_error(spec, "unknown algorithm \"" + name + "\"; known are " + std::string(kKnown));
  }
  if (auto digest = parse_expected_digest(*algorithm, hex)) return *std::move(digest);
  const std::string found =
      is_hex(hex) ? std::to_string(hex.size()) + " digits were given" : "something else was given";
  return spec_error(spec, name + " has " + expected_digits(name, *algorithm) + ", " + found);
}

}  // namespace xget::formats
