// Cookies in Netscape's format, as browsers' extensions export them and curl and wget keep them:
//
//   DOMAIN <tab> SUBDOMAINS <tab> PATH <tab> SECURE <tab> EXPIRES <tab> NAME <tab> VALUE
//
// SUBDOMAINS and SECURE are TRUE or FALSE, EXPIRES is in seconds since 1970 (0: with the session).
// "#HttpOnly_" before the domain is part of a cookie, any other "#" begins a comment. The text
// comes from other programs, so each line is judged before libcurl's more lenient reader sees it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "xget/error.hpp"

namespace xget::formats {

// Bytes. All that a jar may come to hold, whatever servers set, fits in.
inline constexpr std::size_t kLargestCookieFile = 32 << 20;
inline constexpr std::size_t kMostCookiesInFile = 10'000;

// The file's cookies, a line each, in a form that libcurl takes as a cookie and as nothing else.
// Fails with Usage: what is wrong and in which line, without a word of it.
Result<std::vector<std::string>> parse_cookie_file(std::string_view text);

// The text of a file with these cookies, less those that have expired by `now`. The lines are as
// parse_cookie_file or libcurl gives them; one of libcurl's that parse_cookie_file would refuse is
// left out, since it would cost all the others.
std::string cookie_file_text(std::vector<std::string> lines, WallTime now);

}  // namespace xget::formats
