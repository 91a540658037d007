#include "engine/login.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace xget::engine {
namespace {

std::string netrc_login(const net::Url& hop, const HttpSourceSettings& settings) {
  const net::Origin& first = settings.home();
  if (!uses_netrc(hop.origin, settings) || settings.goes_in_the_open(hop.origin)) return {};
  const formats::NetrcLogin* login = settings.netrc->find(hop.origin.host);
  if (login == nullptr && hop.origin.host == first.host) login = settings.netrc->fallback();
  if (login == nullptr || login->user.empty()) return {};
  return login->user + ":" + login->password;
}

bool has_authorization(const std::vector<core::Header>& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const core::Header& header) {
    return equals_ignoring_case(header.name, "Authorization");
  });
}

}  // namespace

bool uses_netrc(const net::Origin& origin, const HttpSourceSettings& settings) {
  if (!settings.netrc) return false;
  const auto own = settings.hosts ? settings.hosts->netrc(origin) : std::nullopt;
  return own.value_or(settings.netrc_everywhere);
}

bool logs_in_by_header(const HttpSourceSettings& settings) {
  return has_authorization(settings.headers);
}

std::string login_for(const net::Url& hop, const HttpSourceSettings& settings) {
  if (hop.origin == settings.home()) {
    if (!settings.user_password.empty()) return settings.user_password;
    if (logs_in_by_header(settings)) return {};
  }
  if (settings.hosts && !settings.goes_in_the_open(hop.origin)) {
    if (auto own = settings.hosts->user_password(hop.origin); !own.empty()) return own;
    if (has_authorization(settings.hosts->headers(hop.origin))) return {};
  }
  return netrc_login(hop, settings);
}

}  // namespace xget::engine
