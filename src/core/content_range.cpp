#include "core/content_range.hpp"

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::core {

std::optional<ContentRange> parse_content_range(std::string_view value) {
  value = trim(value);
  constexpr std::string_view kUnit = "bytes ";
  if (value.size() < kUnit.size() || !equals_ignoring_case(value.substr(0, 6), kUnit)) {
    return std::nullopt;
  }
  value.remove_prefix(kUnit.size());
  const auto slash = value.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto range_text = value.substr(0, slash);
  const auto total_text = value.substr(slash + 1);

  ContentRange parsed;
  if (total_text != "*") {
    parsed.total = parse_u64(total_text);
    if (!parsed.total) return std::nullopt;
  }
  if (range_text == "*") return parsed.total ? std::optional(parsed) : std::nullopt;

  const auto dash = range_text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_u64(range_text.substr(0, dash));
  const auto last = parse_u64(range_text.substr(dash + 1));
  if (!first || !last || *first > *last || *last >= kUnknownEnd - 1) return std::nullopt;
  if (parsed.total && *last >= *parsed.total) return std::nullopt;
  parsed.range = ByteRange{*first, *last + 1};
  return parsed;
}

}  // namespace xget::core
