#include "base/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>

#include "base/text.hpp"

namespace xget {
namespace {

constexpr std::uint64_t kMaxSize = std::numeric_limits<std::int64_t>::max();
constexpr double kMaxSeconds = 100.0 * 365.25 * 86400;  // a hundred years

// "12.5MiB" → 12, 0.5, "MiB"
struct Quantity {
  std::uint64_t whole = 0;
  double fraction = 0;
  bool has_fraction = false;
  std::string_view unit;
};

constexpr std::string_view kDigits = "0123456789";

std::optional<double> parse_fraction(std::string_view digits) {
  if (digits.empty()) return std::nullopt;
  double value = 0;
  double place = 1;
  for (const char digit : digits) {
    place /= 10;
    value += place * (digit - '0');
  }
  return value;
}

std::optional<Quantity> split_quantity(std::string_view text) {
  const auto end_of_whole = std::min(text.find_first_not_of(kDigits), text.size());
  const auto whole = parse_u64(text.substr(0, end_of_whole));
  if (!whole) return std::nullopt;
  Quantity quantity{*whole, 0, false, text.substr(end_of_whole)};
  if (!quantity.unit.starts_with('.')) return quantity;
  quantity.unit.remove_prefix(1);
  const auto digits = std::min(quantity.unit.find_first_not_of(kDigits), quantity.unit.size());
  const auto fraction = parse_fraction(quantity.unit.substr(0, digits));
  if (!fraction) return std::nullopt;
  quantity.fraction = *fraction;
  quantity.has_fraction = true;
  quantity.unit.remove_prefix(digits);
  return quantity;
}

// Bytes in "", "B", "K", "KiB" (binary), "KB" (decimal), and so on to exa.
std::optional<std::uint64_t> size_unit(std::string_view name) {
  const std::string unit = lower_case(name);
  if (unit.empty() || unit == "b") return 1;
  const auto power = std::string_view("kmgtpe").find(unit.front());
  if (power == std::string_view::npos) return std::nullopt;
  const std::string rest = unit.substr(1);
  if (!rest.empty() && rest != "ib" && rest != "b") return std::nullopt;
  const std::uint64_t step = rest == "b" ? 1000 : 1024;
  std::uint64_t bytes = step;
  for (std::size_t i = 0; i < power; ++i) bytes *= step;
  return bytes;
}

std::optional<double> duration_unit(std::string_view name) {
  if (name == "ms") return 0.001;
  if (name.empty() || name == "s") return 1;
  if (name == "m") return 60;
  if (name == "h") return 3600;
  if (name == "d") return 86400;
  return std::nullopt;
}

template <typename... Values>
std::string formatted(const char* pattern, Values... values) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), pattern, values...);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::optional<std::uint64_t> parse_u64(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto quantity = split_quantity(text);
  if (!quantity) return std::nullopt;
  const auto unit = size_unit(quantity->unit);
  if (!unit || (quantity->has_fraction && *unit == 1)) return std::nullopt;
  if (quantity->whole > kMaxSize / *unit) return std::nullopt;
  const std::uint64_t whole = quantity->whole * *unit;
  const auto part =
      static_cast<std::uint64_t>(std::llround(quantity->fraction * static_cast<double>(*unit)));
  if (part > kMaxSize - whole) return std::nullopt;
  return whole + part;
}

std::optional<Duration> parse_duration(std::string_view text) {
  const auto quantity = split_quantity(text);
  if (!quantity) return std::nullopt;
  const auto unit = duration_unit(quantity->unit);
  if (!unit) return std::nullopt;
  const double length = (static_cast<double>(quantity->whole) + quantity->fraction) * *unit;
  if (length > kMaxSeconds) return std::nullopt;
  // Rounded, so that "0.3s" is 300 ms and not a nanosecond less.
  return Duration(std::llround(length * 1e9));
}

std::string format_size(std::uint64_t bytes) {
  if (bytes < 1024) return formatted("%d B", static_cast<int>(bytes));
  static constexpr std::array kUnits{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would be printed as 1024.0.
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return formatted("%.1f %s", value, kUnits[unit]);
}

std::string format_duration(Duration duration) {
  const double length = std::max(0.0, to_seconds(duration));
  if (length > 0 && length < 0.095) return formatted("%ldms", std::lround(length * 1000));
  if (length < 9.95) {
    const long tenths = std::lround(length * 10);
    if (tenths % 10 != 0) return formatted("%ld.%lds", tenths / 10, tenths % 10);
    return formatted("%lds", tenths / 10);
  }
  const long long whole = std::llround(length);
  if (whole < 60) return formatted("%llds", whole);
  if (whole < 3600) return formatted("%lldm%02llds", whole / 60, whole % 60);
  if (whole < 86400) return formatted("%lldh%02lldm", whole / 3600, whole / 60 % 60);
  return formatted("%lldd%02lldh", whole / 86400, whole / 3600 % 24);
}

}  // namespace xget
