#include "formats/digest_header.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace xget::formats {
namespace {

std::optional<DigestAlgorithm> registered_algorithm(std::string_view name) {
  static constexpr std::pair<std::string_view, DigestAlgorithm> kRegistered[] = {
      {"sha-512", DigestAlgorithm::Sha512},
      {"sha-256", DigestAlgorithm::Sha256},
      {"sha", DigestAlgorithm::Sha1},
      {"md5", DigestAlgorithm::Md5},
  };
  for (const auto& [known, algorithm] : kRegistered) {
    if (equals_ignoring_case(name, known)) return algorithm;
  }
  return std::nullopt;
}

void put(std::vector<ExpectedDigest>& digests, ExpectedDigest digest) {
  std::erase_if(digests, [&](const auto& other) { return other.algorithm == digest.algorithm; });
  digests.push_back(std::move(digest));
}

void skip_spaces(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
}

// Takes what is neither a "," nor within quotes from the front of `rest`. False: quotes do not end.
bool skip_member(std::string_view& rest) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size() && (quoted || rest[at] != ','); ++at) {
    if (rest[at] == '"') quoted = !quoted;
    if (rest[at] == '\\' && quoted) ++at;
  }
  rest.remove_prefix(std::min(at, rest.size()));
  return !quoted;
}

std::string_view take_key(std::string_view& rest) {
  constexpr std::string_view kKeyCharacters = "abcdefghijklmnopqrstuvwxyz0123456789_-.*";
  const auto key = rest.substr(0, rest.find_first_not_of(kKeyCharacters));
  rest.remove_prefix(key.size());
  return key;
}

// Takes ":BASE64:" from the front of `rest`.
std::optional<std::vector<std::byte>> take_byte_sequence(std::string_view& rest) {
  const auto end = rest.find(':', 1);
  if (!rest.starts_with(':') || end == std::string_view::npos) return std::nullopt;
  auto bytes = parse_base64(rest.substr(1, end - 1));
  rest.remove_prefix(end + 1);
  return bytes;
}

// Takes a member of the dictionary from the front of `rest`, up to the "," that follows. False: it
// is none. Members that are no byte sequence are passed over.
bool take_member(std::string_view& rest, std::vector<ExpectedDigest>& digests) {
  const std::string_view key = take_key(rest);
  if (key.empty()) return false;
  if (!rest.starts_with("=:")) return skip_member(rest);
  rest.remove_prefix(1);
  const auto bytes = take_byte_sequence(rest);
  if (!bytes ||
      !(rest.empty() || std::string_view(",; \t").find(rest.front()) != std::string_view::npos)) {
    return false;
  }
  if (const auto algorithm = registered_algorithm(key)) {
    auto digest = expected_digest(*algorithm, *bytes);
    if (!digest) return false;
    put(digests, *std::move(digest));
  }
  return skip_member(rest);
}

bool take_dictionary(std::string_view rest, std::vector<ExpectedDigest>& digests) {
  for (skip_spaces(rest); !rest.empty(); skip_spaces(rest)) {
    if (!take_member(rest, digests)) return false;
    if (rest.empty()) return true;
    rest.remove_prefix(1);
    skip_spaces(rest);
    if (rest.empty()) return false;  // a "," at the end: RFC 9651 section 4.2.2
  }
  return true;
}

}  // namespace

std::vector<ExpectedDigest> parse_digest_dictionary(std::span<const std::string_view> fields) {
  std::vector<ExpectedDigest> digests;
  for (const std::string_view field : fields) {
    if (!take_dictionary(field, digests)) return {};
  }
  sort_strongest_first(digests);
  return digests;
}

std::vector<ExpectedDigest> parse_instance_digests(std::span<const std::string_view> fields) {
  std::vector<ExpectedDigest> digests;
  for (const std::string_view field : fields) {
    Parts members(field, ',');
    while (const auto member = members.next()) {
      const auto mark = std::min(member->find('='), member->size());
      const auto algorithm = registered_algorithm(trim(member->substr(0, mark)));
      if (!algorithm || mark == member->size()) continue;
      const auto bytes = parse_base64(trim(member->substr(mark + 1)));
      auto digest = bytes ? expected_digest(*algorithm, *bytes) : std::nullopt;
      if (digest) put(digests, *std::move(digest));
    }
  }
  sort_strongest_first(digests);
  return digests;
}

std::optional<ExpectedDigest> parse_content_md5(std::string_view value) {
  const auto bytes = parse_base64(trim(value));
  return bytes ? expected_digest(DigestAlgorithm::Md5, *bytes) : std::nullopt;
}

}  // namespace xget::formats
