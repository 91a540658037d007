// Link (RFC 8288), as far as it leads to mirrors and Metalinks (RFC 6249): the relations
// "duplicate" and "describedby".
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/mirror.hpp"

namespace xget::formats {

inline constexpr std::size_t kMostLinks = 1'000;  // of either relation; later ones are left out

// <URL>; rel=duplicate; pri=1; geo=de; pref
struct DuplicateLink {
  std::string target;              // as given, never empty; relative to the response's URL
  int priority = kLowestPriority;  // "pri": 1 goes first
  std::string location;    // "geo": two letters of ISO 3166-1, in lower case; empty: not said
  bool preferred = false;  // "pref": its ETags are the same as the response's (section 3.3)
};

// <URL>; rel=describedby; type="application/metalink4+xml"
struct DescriptionLink {
  std::string target;  // likewise
  std::string type;    // media type in lower case, without parameters; empty: not said
};

struct Links {
  std::vector<DuplicateLink> duplicates;  // by priority, where that is equal in the field's order
  std::vector<DescriptionLink> descriptions;
};

// All of a response's Link fields. Links about something other than the response ("anchor") are
// left out, and what follows a value that is malformed.
Links parse_links(std::span<const std::string_view> fields);

}  // namespace xget::formats
