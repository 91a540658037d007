// The user's own name servers, instead of the system's.
// Thread: any; pure.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace xget::net {

// "IP", "IP:PORT", "[IPv6]" or "[IPv6]:PORT" each, 53 unless a port is said. All of them as
// ResolverSettings::name_servers wants them: "IP:PORT,[IPv6]:PORT". Fails with what is none.
tl::expected<std::string, std::string> name_server_list(const std::vector<std::string>& servers);

}  // namespace xget::net
