// Which of the URLs that a file lists for a resource are used: those in a Metalink or a torrent.
// Its author chose them and not the user, and may mean ill. Thread: any; pure.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "net/url.hpp"
#include "xget/options.hpp"

namespace xget::api {

inline constexpr std::size_t kMostListedUrls = 256;  // of one resource; later ones are left out

// What comes over https, from `trusted`, is not given up to whoever is on the way to a mirror:
// unless no forged byte could pass, or the user allows it.
bool may_go_over_plain_http(const net::Url& trusted, bool resists_forgery, const Options& options);

// Those that can be used, each once and in their order. Without user info, as in a redirect.
std::vector<std::string> usable_urls(const std::vector<std::string>& listed, bool plain_http);

}  // namespace xget::api
