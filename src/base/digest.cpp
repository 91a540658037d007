#include "base/digest.hpp"

#include <openssl/evp.h>
#include <xxhash.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/crc32c.hpp"
#include "base/encoding.hpp"

// The library's own choice of instructions by the processor; its plain functions use SSE2 alone.
#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>
#endif

namespace xget {
namespace {

template <std::size_t N>
std::array<std::byte, N> big_endian(std::uint64_t value) {
  std::array<std::byte, N> bytes{};
  for (std::size_t i = 0; i < N; ++i) {
    bytes[i] = static_cast<std::byte>((value >> (8 * (N - 1 - i))) & 0xff);
  }
  return bytes;
}

// "SHA-256" → "sha256".
std::string without_decoration(std::string_view name) {
  std::string bare;
  for (const char c : name) {
    if (c == '-' || c == '_' || c == '/') continue;
    bare += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return bare;
}

// Null if OpenSSL has none such, as md5 under FIPS.
const EVP_MD* openssl_algorithm(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::Md5: return EVP_md5();
    case DigestAlgorithm::Sha1: return EVP_sha1();
    case DigestAlgorithm::Sha256: {
      // Of each small file's URL there is one: EVP_sha256() would be looked up anew for each, which
      // costs more than the hashing. It stays for as long as the process.
      static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
      return fetched;
    }
    case DigestAlgorithm::Sha384: return EVP_sha384();
    case DigestAlgorithm::Sha512: return EVP_sha512();
    case DigestAlgorithm::Blake2b512: return EVP_blake2b512();
    default: return nullptr;
  }
}

class OpenSslDigester final : public Digester {
 public:
  OpenSslDigester() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    if (!context_) throw std::bad_alloc();
  }

  bool begin(const EVP_MD* algorithm) {
    return EVP_DigestInit_ex(context_.get(), algorithm, nullptr) == 1;
  }
  void update(std::span<const std::byte> bytes) override {
    EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
  }
  std::string finish_hex() override {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    EVP_DigestFinal_ex(context_.get(), digest.data(), &length);
    return to_hex(std::as_bytes(std::span(digest).first(length)));
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

class Crc32cDigester final : public Digester {
 public:
  void update(std::span<const std::byte> bytes) override { crc_ = extend_crc32c(crc_, bytes); }
  std::string finish_hex() override { return to_hex(big_endian<4>(crc_)); }

 private:
  std::uint32_t crc_ = 0;
};

using XxhState = std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)>;

XxhState make_xxh_state() {
  XxhState state(XXH3_createState(), &XXH3_freeState);
  if (!state) throw std::bad_alloc();
  return state;
}

class Xxh3Digester final : public Digester {
 public:
  explicit Xxh3Digester(bool wide) : wide_(wide), state_(make_xxh_state()) {
    wide_ ? XXH3_128bits_reset(state_.get()) : XXH3_64bits_reset(state_.get());
  }
  void update(std::span<const std::byte> bytes) override {
    wide_ ? XXH3_128bits_update(state_.get(), bytes.data(), bytes.size())
          : XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
  }
  std::string finish_hex() override {
    if (!wide_) return to_hex(big_endian<8>(XXH3_64bits_digest(state_.get())));
    const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
    return to_hex(PieceDigest{hash.high64, hash.low64});
  }

 private:
  bool wide_;
  XxhState state_;
};

std::optional<std::uint64_t> parse_hex64(std::string_view hex) {
  std::uint64_t value = 0;
  for (const char c : hex) {
    if (c >= '0' && c <= '9') {
      value = value << 4 | static_cast<std::uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value << 4 | static_cast<std::uint64_t>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

}  // namespace

const char* to_string(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::Md5: return "md5";
    case DigestAlgorithm::Sha1: return "sha1";
    case DigestAlgorithm::Sha256: return "sha256";
    case DigestAlgorithm::Sha384: return "sha384";
    case DigestAlgorithm::Sha512: return "sha512";
    case DigestAlgorithm::Blake2b512: return "blake2b";
    case DigestAlgorithm::Xxh3_128: return "xxh128";
    case DigestAlgorithm::Xxh3_64: return "xxh3";
    case DigestAlgorithm::Crc32c: return "crc32c";
  }
  return "?";
}

std::optional<DigestAlgorithm> parse_digest_algorithm(std::string_view name) {
  static constexpr std::pair<std::string_view, DigestAlgorithm> kNames[] = {
      {"md5", DigestAlgorithm::Md5},
      {"sha1", DigestAlgorithm::Sha1},
      {"sha256", DigestAlgorithm::Sha256},
      {"sha384", DigestAlgorithm::Sha384},
      {"sha512", DigestAlgorithm::Sha512},
      {"sha2256", DigestAlgorithm::Sha256},
      {"sha2384", DigestAlgorithm::Sha384},
      {"sha2512", DigestAlgorithm::Sha512},
      {"blake2b", DigestAlgorithm::Blake2b512},
      {"blake2b512", DigestAlgorithm::Blake2b512},
      {"xxh128", DigestAlgorithm::Xxh3_128},
      {"xxh3128", DigestAlgorithm::Xxh3_128},
      {"xxh3", DigestAlgorithm::Xxh3_64},
      {"xxh364", DigestAlgorithm::Xxh3_64},
      {"crc32c", DigestAlgorithm::Crc32c},
  };
  const std::string bare = without_decoration(name);
  for (const auto& [known, algorithm] : kNames) {
    if (bare == known) return algorithm;
  }
  return std::nullopt;
}

std::string to_string(const ExpectedDigest& digest) {
  return std::string(to_string(digest.algorithm)) + ":" + digest.hex;
}

std::size_t digest_size(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::Md5: return 16;
    case DigestAlgorithm::Sha1: return 20;
    case DigestAlgorithm::Sha256: return 32;
    case DigestAlgorithm::Sha384: return 48;
    case DigestAlgorithm::Sha512: return 64;
    case DigestAlgorithm::Blake2b512: return 64;
    case DigestAlgorithm::Xxh3_128: return 16;
    case DigestAlgorithm::Xxh3_64: return 8;
    case DigestAlgorithm::Crc32c: return 4;
  }
  return 0;
}

bool is_stronger(DigestAlgorithm algorithm, DigestAlgorithm other) {
  static constexpr std::array kStrongestFirst{
      DigestAlgorithm::Sha512,   DigestAlgorithm::Blake2b512, DigestAlgorithm::Sha384,
      DigestAlgorithm::Sha256,   DigestAlgorithm::Sha1,       DigestAlgorithm::Md5,
      DigestAlgorithm::Xxh3_128, DigestAlgorithm::Xxh3_64,    DigestAlgorithm::Crc32c};
  const auto place = [](DigestAlgorithm one) {
    return std::find(kStrongestFirst.begin(), kStrongestFirst.end(), one);
  };
  return place(algorithm) < place(other);
}

bool is_cryptographic(DigestAlgorithm algorithm) {
  return is_stronger(algorithm, DigestAlgorithm::Xxh3_128);
}

std::optional<ExpectedDigest> expected_digest(DigestAlgorithm algorithm,
                                              std::span<const std::byte> bytes) {
  if (bytes.size() != digest_size(algorithm)) return std::nullopt;
  return ExpectedDigest{algorithm, to_hex(bytes)};
}

std::optional<ExpectedDigest> parse_expected_digest(DigestAlgorithm algorithm,
                                                    std::string_view hex) {
  const auto bytes = parse_hex(hex);
  return bytes ? expected_digest(algorithm, *bytes) : std::nullopt;
}

void sort_strongest_first(std::vector<ExpectedDigest>& digests) {
  std::stable_sort(digests.begin(), digests.end(),
                   [](const ExpectedDigest& one, const ExpectedDigest& other) {
                     return is_stronger(one.algorithm, other.algorithm);
                   });
}

std::unique_ptr<Digester> Digester::create(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::Crc32c: return std::make_unique<Crc32cDigester>();
    case DigestAlgorithm::Xxh3_128: return std::make_unique<Xxh3Digester>(true);
    case DigestAlgorithm::Xxh3_64: return std::make_unique<Xxh3Digester>(false);
    default: break;
  }
  auto digester = std::make_unique<OpenSslDigester>();
  if (!digester->begin(openssl_algorithm(algorithm))) return nullptr;
  return digester;
}

void append_hex(std::string& text, const PieceDigest& digest) {
  for (const std::uint64_t half : {digest.high, digest.low}) {
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[half >> shift & 0xf];
  }
}

std::string to_hex(const PieceDigest& digest) {
  std::string text;
  append_hex(text, digest);
  return text;
}

std::optional<PieceDigest> parse_piece_digest(std::string_view hex) {
  if (hex.size() != 32) return std::nullopt;
  const auto high = parse_hex64(hex.substr(0, 16));
  const auto low = parse_hex64(hex.substr(16));
  if (!high || !low) return std::nullopt;
  return PieceDigest{*high, *low};
}

struct PieceHasher::State {
  XxhState xxh = make_xxh_state();
};

PieceHasher::PieceHasher() : state_(std::make_unique<State>()) { reset(); }
PieceHasher::~PieceHasher() = default;
PieceHasher::PieceHasher(PieceHasher&&) noexcept = default;
PieceHasher& PieceHasher::operator=(PieceHasher&&) noexcept = default;

void PieceHasher::reset() { XXH3_128bits_reset(state_->xxh.get()); }

void PieceHasher::update(std::span<const std::byte> bytes) {
  XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size());
}

PieceDigest PieceHasher::digest() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->xxh.get());
  return {hash.high64, hash.low64};
}

PieceDigest piece_digest(std::span<const std::byte> bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.high64, hash.low64};
}

Sha256 sha256(std::span<const std::byte> bytes) {
  Sha256 digest{};
  const bool done =
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, openssl_algorithm(DigestAlgorithm::Sha256), nullptr) == 1;
  if (!done) throw std::bad_alloc();  // for lack of memory alone: no policy forbids it
  return digest;
}

std::string to_hex(std::span<const std::byte> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    hex += kDigits[std::to_integer<unsigned>(byte) >> 4];
    hex += kDigits[std::to_integer<unsigned>(byte) & 0xf];
  }
  return hex;
}

std::string md5_in_base64(std::span<const std::byte> bytes) {
  const auto digester = Digester::create(DigestAlgorithm::Md5);
  if (!digester) return "";
  digester->update(bytes);
  return to_base64(*parse_hex(digester->finish_hex()));
}

}  // namespace xget
