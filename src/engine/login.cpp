#include "engine/login.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace xget::engine {
namespace {

std::string netrc_login(const net::Url& hop, const HttpSourceSettings& settings) {
  const net::Origin& first = settings.home();
  if (!settings.netrc || (first.scheme == "https" && hop.origin.scheme == "http")) return {};
  const formats::NetrcLogin* login = settings.netrc->find(hop.origin.host);
  if (login == nullptr && hop.origin.host == first.host) login = settings.netrc->fallback();
  if (login == nullptr || login->user.empty()) return {};
  return login->user + ":" + login->password;
}

}  // namespace

bool logs_in_by_header(const HttpSourceSettings& settings) {
  return std::any_of(settings.headers.begin(), settings.headers.end(), [](const auto& header) {
    return equals_ignoring_case(header.name, "Authorization");
  });
}

std::string login_for(const net::Url& hop, const HttpSourceSettings& settings) {
  if (hop.origin == settings.home()) {
    if (!settings.user_password.empty()) return settings.user_password;
    if (logs_in_by_header(settings)) return {};
  }
  return netrc_login(hop, settings);
}

}  // namespace xget::engine
