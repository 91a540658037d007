// Digests of bytes: the algorithms a user may name, and the XXH3-128 that proves pieces.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xget {

enum class DigestAlgorithm {
  Md5,
  Sha1,
  Sha256,
  Sha384,
  Sha512,
  Blake2b512,
  Xxh3_128,
  Xxh3_64,
  Crc32c
};

// "sha256" and the like, as printed. Parsing takes any case, "sha-256" and "sha2-256" too. "xxh3"
// is the 64-bit one, "xxh128" the other, as xxhsum has it.
const char* to_string(DigestAlgorithm algorithm);
std::optional<DigestAlgorithm> parse_digest_algorithm(std::string_view name);
std::size_t digest_size(DigestAlgorithm algorithm);  // bytes

// Whether other bytes with the same digest are harder to find than for `other`. A strict order over
// all algorithms, those against chance alone (XXH3, CRC) last.
bool is_stronger(DigestAlgorithm algorithm, DigestAlgorithm other);
// Whether it is meant to resist whoever looks for other bytes with the same digest.
bool is_cryptographic(DigestAlgorithm algorithm);

// A whole file's digest as somebody gave it beforehand.
struct ExpectedDigest {
  DigestAlgorithm algorithm = DigestAlgorithm::Sha256;
  std::string hex;  // lower case, of the algorithm's length
  friend bool operator==(const ExpectedDigest&, const ExpectedDigest&) = default;
};
std::string to_string(const ExpectedDigest& digest);  // "sha256:HEX"

// The digest that these bytes are, or that these digits of any case write. nullopt: it has another
// length than the algorithm's, or is not hexadecimal.
std::optional<ExpectedDigest> expected_digest(DigestAlgorithm algorithm,
                                              std::span<const std::byte> bytes);
std::optional<ExpectedDigest> parse_expected_digest(DigestAlgorithm algorithm,
                                                    std::string_view hex);

void sort_strongest_first(std::vector<ExpectedDigest>& digests);

// Feeds bytes in order, then gives the digest. Not thread-safe; may move between threads.
class Digester {
 public:
  virtual ~Digester() = default;
  virtual void update(std::span<const std::byte> bytes) = 0;
  // Lower-case hex, big-endian as each algorithm's tools print it. Call once, last.
  virtual std::string finish_hex() = 0;

  // Null only where the system's OpenSSL refuses the algorithm (MD5 under a FIPS policy).
  static std::unique_ptr<Digester> create(DigestAlgorithm algorithm);
};

// The digest of a piece or a run.
struct PieceDigest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend bool operator==(const PieceDigest&, const PieceDigest&) = default;
};
void append_hex(std::string& text, const PieceDigest& digest);        // 32 digits
std::string to_hex(const PieceDigest& digest);                        // likewise
std::optional<PieceDigest> parse_piece_digest(std::string_view hex);  // exactly 32 digits

// XXH3-128 of bytes fed in order; `digest` may be asked at any time and does not end it.
class PieceHasher {
 public:
  PieceHasher();
  ~PieceHasher();
  PieceHasher(PieceHasher&&) noexcept;
  PieceHasher& operator=(PieceHasher&&) noexcept;

  void reset();
  void update(std::span<const std::byte> bytes);
  [[nodiscard]] PieceDigest digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};
PieceDigest piece_digest(std::span<const std::byte> bytes);

// SHA-256 (FIPS 180-4) of bytes that are all there.
using Sha256 = std::array<std::byte, 32>;
Sha256 sha256(std::span<const std::byte> bytes);

// MD5 of bytes that are all there, as Content-MD5 has it (RFC 1864). Empty: the system's OpenSSL
// refuses MD5.
std::string md5_in_base64(std::span<const std::byte> bytes);

std::string to_hex(std::span<const std::byte> bytes);

}  // namespace xget
