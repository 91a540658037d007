#include "sim/content.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "sim/dice.hpp"

namespace xget::sim {
namespace {

constexpr std::size_t kPeriod = 1048573;  // the largest prime below a MiB
constexpr unsigned kValues = 255;         // 1 to 255
constexpr unsigned kVersionStep = 7;      // prime to kValues: no two versions meet

std::vector<std::byte> make_table(VersionId version) {
  std::vector<std::byte> table(kPeriod);
  Dice dice(1);
  for (auto& byte : table) {
    const auto value =
        (dice.below(kValues) + static_cast<unsigned>(version) * kVersionStep) % kValues;
    byte = static_cast<std::byte>(value + 1);
  }
  return table;
}

const std::vector<std::byte>& table_of(VersionId version) {
  static std::array<std::vector<std::byte>, kMaxVersions + 1> tables;
  auto& table = tables.at(static_cast<std::size_t>(version));
  if (table.empty()) table = make_table(version);
  return table;
}

}  // namespace

std::span<const std::byte> content(VersionId version, std::uint64_t offset, std::uint64_t limit) {
  const std::span<const std::byte> table = table_of(version);
  const auto place = static_cast<std::size_t>(offset % kPeriod);
  return table.subspan(place, std::min<std::uint64_t>(limit, kPeriod - place));
}

std::optional<std::uint64_t> first_difference(VersionId version, std::uint64_t offset,
                                              std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const auto right = content(version, offset, bytes.size());
    if (std::memcmp(right.data(), bytes.data(), right.size()) != 0) {
      const auto wrong = std::mismatch(right.begin(), right.end(), bytes.begin());
      return offset + static_cast<std::uint64_t>(wrong.first - right.begin());
    }
    offset += right.size();
    bytes = bytes.subspan(right.size());
  }
  return std::nullopt;
}

}  // namespace xget::sim
