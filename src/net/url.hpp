// URLs (RFC 3986): checked and normalised once, at the edge, so that every later step may trust
// them.
// Thread: any; pure functions.
#pragma once

#include <string>
#include <string_view>

#include "xget/error.hpp"

namespace xget::net {

// What decides whether credentials and cookies may be sent along (RFC 6454).
struct Origin {
  std::string scheme;  // "http" or "https"
  std::string host;    // lower case, punycode; an IPv6 literal without brackets, %zone kept
  int port = 0;        // the scheme's own if the URL names none
  friend bool operator==(const Origin&, const Origin&) = default;
};

struct Url {
  std::string text;  // absolute, normalised; no user info, no fragment, no default port
  Origin origin;
  std::string path;           // percent-encoded, begins with "/"
  std::string query;          // percent-encoded, without "?"; empty if there is none
  std::string user_password;  // "user:password", decoded; empty if the URL carried none
};

// Without a scheme: https. Spaces are trimmed or become %20. Fails with Usage: another scheme,
// control characters, no host, a host that IDNA forbids, more than 64 KiB.
Result<Url> parse_url(std::string_view text);

// Where a redirect leads: `location` as the server sent it, relative to `base` (RFC 9110 10.2.2).
// Its user_password is the server's choice, never the base's. Fails with Refused, for the reasons
// of parse_url.
Result<Url> resolve_reference(const Url& base, std::string_view location);

// The URL as it may be shown, logged and stored: user info removed, the values of parameters that
// look like signatures or credentials replaced by "…", control characters made visible. Takes any
// text, malformed URLs too, and rather hides too much.
std::string without_secrets(std::string_view url);

// The last path component, percent-decoded to raw bytes, "/" and NUL possible: a file name only
// once made safe. Empty if the path ends in "/".
std::string decoded_last_path_component(const Url& url);

}  // namespace xget::net
