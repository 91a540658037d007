#include <catch2/catch.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "base/crc32c.hpp"
#include "base/crc64.hpp"

using namespace xget;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

std::vector<std::byte> some_bytes(std::size_t size) {
  std::vector<std::byte> data(size);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::byte>(i * i + 7 * i + 1);
  return data;
}

// As the definition has it, bit by bit.
std::uint64_t slow_crc64(std::span<const std::byte> bytes) {
  std::uint64_t crc = ~std::uint64_t{0};
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint64_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xC96C5795D7870F42 : 0);
  }
  return ~crc;
}

}  // namespace

TEST_CASE("the CRCs of the check string are the published ones") {
  CHECK(extend_crc64(0, bytes_of("123456789")) == 0x995DC9BBDF1939FA);
  CHECK(extend_crc32c(0, bytes_of("123456789")) == 0xE3069283);
  CHECK(extend_crc32c_by_table(0, bytes_of("123456789")) == 0xE3069283);
  CHECK(extend_crc64(0, {}) == 0);
}

TEST_CASE("crc64 by tables is what its definition says at every length and alignment") {
  const auto data = some_bytes(100);
  for (std::size_t begin = 0; begin < 8; ++begin) {
    for (std::size_t length = 0; begin + length <= data.size(); ++length) {
      const auto part = std::span(data).subspan(begin, length);
      REQUIRE(extend_crc64(0, part) == slow_crc64(part));
    }
  }
}

TEST_CASE("bytes that come in pieces have the CRC of the whole") {
  const auto data = some_bytes(100);
  const auto whole = std::span<const std::byte>(data);
  for (std::size_t cut = 0; cut <= data.size(); ++cut) {
    REQUIRE(extend_crc64(extend_crc64(0, whole.first(cut)), whole.subspan(cut)) ==
            extend_crc64(0, whole));
  }
}

TEST_CASE("the CRC of two pieces follows from those of each, wherever the cut is") {
  const auto data = some_bytes(300);
  const auto whole = std::span<const std::byte>(data);
  for (std::size_t cut = 0; cut <= data.size(); ++cut) {
    const auto first = whole.first(cut);
    const auto second = whole.subspan(cut);
    REQUIRE(combined_crc64(extend_crc64(0, first), extend_crc64(0, second), second.size()) ==
            extend_crc64(0, whole));
    REQUIRE(combined_crc32c(extend_crc32c(0, first), extend_crc32c(0, second), second.size()) ==
            extend_crc32c(0, whole));
  }
}

TEST_CASE("pieces may be combined in any grouping, beyond 4 GiB too") {
  constexpr std::uint64_t kLong = (std::uint64_t{5} << 40) + 3;
  constexpr std::uint64_t kShort = 12345;
  CHECK(combined_crc64(combined_crc64(1, 2, kLong), 3, kShort) ==
        combined_crc64(1, combined_crc64(2, 3, kShort), kLong + kShort));
  CHECK(combined_crc32c(combined_crc32c(1, 2, kLong), 3, kShort) ==
        combined_crc32c(1, combined_crc32c(2, 3, kShort), kLong + kShort));
}
