// The names that stand in for one that is taken: FILE.1.EXT, FILE.2.EXT and so on, as aria2 has
// them. Pure.
#pragma once

#include <string>
#include <string_view>

namespace xget {

inline constexpr int kMostNumberedNames = 9999;

// `file` is a name or a path; its last extension stays at the end: "a/b.tar.gz" is "a/b.tar.1.gz".
std::string numbered_name(std::string_view file, int number);

}  // namespace xget
