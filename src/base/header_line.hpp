// "Name: value", as people write a request header.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace xget {

struct HeaderLine {
  std::string name;
  std::string value;  // trimmed
};

// Fails with why it cannot be sent, in words that hold nothing of the value, which may be a secret
// (RFC 9110 sections 5.5 and 5.6.2; what xget itself has to send is refused as well).
tl::expected<HeaderLine, std::string> parse_header_line(std::string_view line);

}  // namespace xget
