// What somebody may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xget::cli {

// How many letters must be added, dropped, changed or swapped with their neighbour to make `b`
// from `a`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The options nearest to a mistyped one ("--outptu"), with their dashes, best first; at most three,
// none if nothing is near.
std::vector<std::string> nearest_options(std::string_view mistyped);

}  // namespace xget::cli
