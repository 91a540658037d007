#include "formats/mirror.hpp"

#include <algorithm>
#include <cstdint>

#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::formats {

int priority_of(std::string_view text) {
  constexpr std::uint64_t kLowest = kLowestPriority;
  const std::uint64_t number = parse_u64(text).value_or(kLowest);
  return static_cast<int>(number == 0 ? kLowest : std::min(number, kLowest));
}

std::string country_of(std::string_view text) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz";
  std::string country = lower_case(text);
  const bool sound =
      country.size() == 2 && country.find_first_not_of(kLetters) == std::string::npos;
  return sound ? country : std::string();
}

bool is_web_address(std::string_view url) {
  const std::string_view scheme = url.substr(0, url.find(':'));
  const bool web = equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https");
  return web && scheme.size() < url.size();
}

}  // namespace xget::formats
