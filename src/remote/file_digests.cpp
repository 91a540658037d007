#include "remote/file_digests.hpp"

#include <algorithm>
#include <memory>
#include <span>
#include <vector>

#include "base/encoding.hpp"

namespace xget::remote {
namespace {

constexpr std::size_t kReadSize = 256 * 1024;

tl::unexpected<Error> became_shorter() {
  return fail({.code = ErrorCode::Changed,
               .operation = "read",
               .cause = "the file became shorter while it was read"});
}

// Hands all bytes of the range to `take`, in order.
template <typename Take>
Result<void> read_through(core::File& file, ByteRange range, const std::atomic<bool>& stop,
                          const Take& take) {
  std::vector<std::byte> buffer(kReadSize);
  while (!range.empty()) {
    if (stop.load(std::memory_order_relaxed)) {
      return fail({.code = ErrorCode::Interrupted, .operation = "read"});
    }
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(range.length(), kReadSize));
    const auto read = file.read_at(range.begin, std::span(buffer).first(wanted));
    if (!read) return fail(read.error());
    if (*read < wanted) return became_shorter();
    take(std::span<const std::byte>(buffer).first(wanted));
    range.begin += wanted;
  }
  return {};
}

Sha256 to_sha256(const std::string& hex) {
  Sha256 digest{};
  const auto bytes = parse_hex(hex);
  if (bytes && bytes->size() == digest.size()) std::ranges::copy(*bytes, digest.begin());
  return digest;
}

}  // namespace

Result<PartDigests> digest_part(core::File& file, ByteRange range, bool with_sha256,
                                const std::atomic<bool>& stop) {
  const auto md5 = Digester::create(DigestAlgorithm::Md5);
  const auto sha256 = with_sha256 ? Digester::create(DigestAlgorithm::Sha256) : nullptr;
  const auto read = read_through(file, range, stop, [&](std::span<const std::byte> bytes) {
    if (md5) md5->update(bytes);
    if (sha256) sha256->update(bytes);
  });
  if (!read) return fail(read.error());
  PartDigests digests;
  if (md5) digests.md5 = md5->finish_hex();
  if (sha256) digests.sha256 = to_sha256(sha256->finish_hex());
  return digests;
}

Result<Sha256> sha256_of_file(core::File& file, std::uint64_t size, const std::atomic<bool>& stop) {
  const auto sha256 = Digester::create(DigestAlgorithm::Sha256);
  const auto read = read_through(file, {0, size}, stop,
                                 [&](std::span<const std::byte> bytes) { sha256->update(bytes); });
  if (!read) return fail(read.error());
  return to_sha256(sha256->finish_hex());
}

}  // namespace xget::remote
