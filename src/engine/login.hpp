// With which login a request is sent.
#pragma once

#include <string>

#include "engine/http_source.hpp"
#include "net/url.hpp"

namespace xget::engine {

// The user's own headers carry a login.
bool logs_in_by_header(const HttpSourceSettings& settings);

// Whether the netrc, if there is one, is asked for this origin.
bool uses_netrc(const net::Origin& origin, const HttpSourceSettings& settings);

// "user:password" for a request to `hop`; empty: none, or one that the user's own headers carry.
//
// At the home origin, that of the URL that the user gave, what the user gave with it comes first.
// Then what the rules for the host say, which no other host sees either; else the netrc's entry of
// this very host, so that no host sees another one's password wherever
// redirects lead. Its default stands in for the host of the user's URL alone, since it would answer
// for every host that a server cares to name; and nothing of it goes over plain http on the way
// from an https URL, which has no secret to lose to a redirect.
std::string login_for(const net::Url& hop, const HttpSourceSettings& settings);

}  // namespace xget::engine
