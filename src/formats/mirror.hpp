// What the formats that name mirrors have in common: Metalinks (RFC 5854 section 4.2.16), Link
// fields (RFC 6249 section 3), torrents (BEP 19). Where a mirror is, and how soon to ask it, are
// hints: nonsense in them counts as not said, since it is no reason to do without the mirror.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace xget::formats {

inline constexpr int kLowestPriority = 999'999;  // 1 goes first; also what is not said

// A decimal number from 1 on. kLowestPriority: it is none, or larger.
int priority_of(std::string_view text);

// Two letters of ISO 3166-1 in lower case, out of those in any case. Empty: it is something else.
std::string country_of(std::string_view text);

// Those in this country go first; apart from that their order stays. Empty: no country does.
template <typename Mirrors>
void put_first(Mirrors& mirrors, const std::string& country) {
  if (country.empty()) return;
  std::stable_partition(mirrors.begin(), mirrors.end(),
                        [&](const auto& mirror) { return mirror.location == country; });
}

// Whether it begins with http: or https:, in any case. What follows is not judged.
bool is_web_address(std::string_view url);

}  // namespace xget::formats
