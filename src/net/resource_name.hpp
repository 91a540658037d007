// Which resource a URL leads to.
// Thread: any; pure.
#pragma once

#include <string>

#include "net/url.hpp"

namespace xget::net {

// Equal for URLs that differ at most in what signs them (the parameters of a pre-signed URL, which
// change each time). A digest, 64 hex digits: it may be recorded although the URL has secrets.
std::string resource_name(const Url& url);

}  // namespace xget::net
