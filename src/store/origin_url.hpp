// Where a file came from, in the extended attribute that freedesktop.org names for it: for people
// and other programs, never read here. Whoever can read the file can read it, and it travels with
// copies. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace xget::store {

inline constexpr char kOriginUrlAttribute[] = "xdg.origin.url";  // "user.xdg.origin.url" on Linux

// What is kept there of a URL without user info: nothing behind its path, since what a query means
// is its server's to know. nullopt: nothing is left, or too much for an attribute.
std::optional<std::string> origin_url(std::string_view url);

}  // namespace xget::store
