// What the options say of the network, as the loop takes it.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/ares_resolver.hpp"
#include "net/curl_transport.hpp"
#include "xget/options.hpp"

namespace xget::api {

// `cookies`: as in CredentialFiles.
net::TransportSettings transport_settings(const Options& options,
                                          std::optional<std::vector<std::string>> cookies);

// The options were checked: a list of name servers that cannot be read does not come so far.
net::ResolverSettings resolver_settings(const Options& options);

}  // namespace xget::api
