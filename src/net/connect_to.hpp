// --connect-to: HOST:PORT:TO_HOST:TO_PORT, as curl has it. A connection for HOST and PORT goes to
// TO_HOST and TO_PORT instead; the name in the request and in the certificate stays HOST's.
// Thread: any; pure functions.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "net/url.hpp"

namespace xget::net {

struct ConnectTo {
  std::string host;  // lower case, an IPv6 literal without brackets; empty: any
  int port = 0;      // 0: any
  std::string rule;  // the whole, as libcurl takes it
};

// IPv6 literals stand in brackets; TO_HOST and TO_PORT may be empty: unchanged. Fails with
// what it is not.
tl::expected<ConnectTo, std::string> parse_connect_to(std::string_view text);

// The first rule for the origin; empty if there is none.
std::string connect_to_rule(const std::vector<ConnectTo>& rules, const Origin& origin);

}  // namespace xget::net
