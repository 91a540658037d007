// The request that asks one hop for a range: which headers it has, and which way it takes.
#pragma once

#include <optional>
#include <string>

#include "core/ports.hpp"
#include "core/source.hpp"
#include "engine/http_source.hpp"
#include "net/url.hpp"

namespace xget::engine {

struct HttpQuestion {
  const net::Url& url;  // of this hop
  std::string login;    // "user:password"; empty: none
  const core::FetchSpec& spec;
  bool ranged = true;
  std::optional<core::Header> unless_unchanged;
  bool conditional = false;  // with If-Range, if spec.expected has a strong validator
};

// By which proxy, or under which rule, a request for `url` goes.
void take_way(core::HttpRequest& request, const net::Url& url, const HttpSourceSettings& settings);

// Not pinned to an address. What the settings hold for the home origin goes there alone.
core::HttpRequest request_for(const HttpQuestion& question, const HttpSourceSettings& settings);

}  // namespace xget::engine
