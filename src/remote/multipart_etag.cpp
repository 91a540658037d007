#include "remote/multipart_etag.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kMd5Digits = 32;

std::string_view without_quotes(std::string_view etag) {
  if (etag.size() < 2 || !etag.starts_with('"') || !etag.ends_with('"')) return etag;
  return etag.substr(1, etag.size() - 2);
}

// "-3" → 3. nullopt: that is no number of parts.
std::optional<std::uint64_t> parse_parts(std::string_view suffix) {
  if (!suffix.starts_with('-')) return std::nullopt;
  const auto parts = parse_u64(suffix.substr(1));
  return parts && *parts > 0 ? parts : std::nullopt;
}

}  // namespace

std::optional<Md5Etag> parse_md5_etag(std::string_view etag) {
  const std::string_view text = without_quotes(etag);
  const std::string_view digits = text.substr(0, kMd5Digits);
  if (digits.size() != kMd5Digits || !parse_hex(digits)) return std::nullopt;
  const std::string_view suffix = text.substr(kMd5Digits);
  if (suffix.empty()) return Md5Etag{lower_case(digits), 0};
  const auto parts = parse_parts(suffix);
  return parts ? std::optional(Md5Etag{lower_case(digits), *parts}) : std::nullopt;
}

bool same_etag(std::string_view a, std::string_view b) {
  return without_quotes(a) == without_quotes(b);
}

std::string to_string(const Md5Etag& etag) {
  return etag.parts == 0 ? etag.md5 : etag.md5 + "-" + std::to_string(etag.parts);
}

// ---- of parts ---------------------------------------------------------------------------------

PartsEtag::PartsEtag(std::unique_ptr<Digester> digester) : md5_of_md5s_(std::move(digester)) {}

std::optional<PartsEtag> PartsEtag::create() {
  auto digester = Digester::create(DigestAlgorithm::Md5);
  if (!digester) return std::nullopt;
  return PartsEtag(std::move(digester));
}

void PartsEtag::add(std::span<const std::byte> md5) {
  assert(md5.size() == kMd5Digits / 2);
  md5_of_md5s_->update(md5);
  ++parts_;
}

Md5Etag PartsEtag::finish() {
  assert(parts_ > 0);
  return {md5_of_md5s_->finish_hex(), parts_};
}

// ---- of bytes ---------------------------------------------------------------------------------

EtagOfBytes::EtagOfBytes(std::unique_ptr<Digester> part, std::optional<PartsEtag> parts,
                         std::uint64_t part_size)
    : part_(std::move(part)), parts_(std::move(parts)), part_size_(part_size) {}

std::optional<EtagOfBytes> EtagOfBytes::create(std::optional<std::uint64_t> part_size) {
  assert(part_size != 0);
  auto part = Digester::create(DigestAlgorithm::Md5);
  if (!part) return std::nullopt;
  if (!part_size) {
    return EtagOfBytes(std::move(part), std::nullopt, std::numeric_limits<std::uint64_t>::max());
  }
  auto parts = PartsEtag::create();
  if (!parts) return std::nullopt;
  return EtagOfBytes(std::move(part), std::move(parts), *part_size);
}

void EtagOfBytes::update(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (in_part_ == part_size_) end_part();
    const auto taken = bytes.first(std::min<std::uint64_t>(bytes.size(), part_size_ - in_part_));
    part_->update(taken);
    in_part_ += taken.size();
    bytes = bytes.subspan(taken.size());
  }
}

Md5Etag EtagOfBytes::finish() {
  if (!parts_) return {part_->finish_hex(), 0};
  parts_->add(*parse_hex(part_->finish_hex()));
  return parts_->finish();
}

void EtagOfBytes::end_part() {
  parts_->add(*parse_hex(part_->finish_hex()));
  part_ = Digester::create(DigestAlgorithm::Md5);  // as it did before
  in_part_ = 0;
}

}  // namespace xget::remote
