// Which proxy, if any, a request goes through.
// xget decides this itself: libcurl must never find one on its own, since behind a proxy the
// target is neither resolved nor pinned.
// Thread: any; pure but for read_proxy_environment.
#pragma once

#include <string>
#include <string_view>

#include "net/url.hpp"

namespace xget::net {

// The parts of [SCHEME://][USER:PASSWORD@]HOST[:PORT], as views into it. Any text has them.
struct ProxyParts {
  std::string_view scheme;  // empty: http
  std::string_view login;   // without the "@" behind it
  std::string_view host;    // IPv6 in brackets
  std::string_view port;    // with its colon

  // SOCKS has ways of its own to log in.
  [[nodiscard]] bool speaks_http() const;
  // ":" is nobody's login.
  [[nodiscard]] bool has_login() const { return !login.empty() && login != ":"; }
};

ProxyParts split_proxy(std::string_view proxy);

struct ProxyEnvironment {
  std::string http_proxy;
  std::string https_proxy;
  std::string all_proxy;
  std::string no_proxy;
};

// http_proxy in lower case alone: a CGI server sets HTTP_PROXY from a request's Proxy header
// (CVE-2016-5385). The others in lower case, else in upper case.
ProxyEnvironment read_proxy_environment();

// The proxy's URL, or empty for a direct connection. `option` is the user's: "none" means direct,
// empty means the environment. no_proxy rules over both, as with curl.
std::string choose_proxy(const Url& url, const std::string& option,
                         const ProxyEnvironment& environment);

// Whether a no_proxy list names this origin. Entries are separated by commas or spaces: "*", a
// domain (with its subdomains, a leading dot is allowed), an IP literal, a CIDR block; each but
// "*" and CIDR blocks may end in ":port".
bool bypasses_proxy(const Origin& origin, std::string_view no_proxy);

}  // namespace xget::net
