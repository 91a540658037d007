// Ports written out, as they stand in URLs and options.
// Thread: any; pure.
#pragma once

#include <optional>
#include <string_view>

namespace xget::net {

// From 1 to 65535; nullopt: it is none.
std::optional<int> parse_port(std::string_view text);

}  // namespace xget::net
