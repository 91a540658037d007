#include "net/proxy_logins.hpp"

#include <curl/curl.h>

#include <array>
#include <string_view>
#include <utility>

#include "net/proxy.hpp"

namespace xget::net {
namespace {

constexpr AuthMethods kByLogin = CURLAUTH_DIGEST | CURLAUTH_NTLM | CURLAUTH_BASIC;

// The best first, in libcurl's order.
constexpr std::array<std::pair<AuthMethods, std::string_view>, 4> kMethods{
    {{CURLAUTH_NEGOTIATE, "Negotiate"},
     {CURLAUTH_DIGEST, "Digest"},
     {CURLAUTH_NTLM, "NTLM"},
     {CURLAUTH_BASIC, "Basic"}}};

AuthMethods best_of(AuthMethods methods) {
  for (const auto& [method, name] : kMethods) {
    if ((methods & method) != 0) return method;
  }
  return CURLAUTH_NONE;
}

// libcurl refuses a request whose only method it was built without.
AuthMethods by_ticket() {
  static const bool built_in =
      (curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_SPNEGO) != 0;
  return built_in ? CURLAUTH_NEGOTIATE : CURLAUTH_NONE;
}

// Several are used only once the proxy has said which; ONLY makes one such, too.
AuthMethods once_asked(AuthMethods methods) {
  return methods == CURLAUTH_NONE ? methods : methods | CURLAUTH_ONLY;
}

}  // namespace

AuthMethods ProxyLogins::methods_for(const core::HttpRequest& request) const {
  const ProxyParts proxy = split_proxy(request.proxy);
  if (request.proxy.empty() || !proxy.speaks_http()) return CURLAUTH_NONE;
  switch (request.proxy_auth) {
    case ProxyAuth::Basic: return CURLAUTH_BASIC;
    case ProxyAuth::Digest: return CURLAUTH_DIGEST;
    case ProxyAuth::Ntlm: return CURLAUTH_NTLM;
    case ProxyAuth::Negotiate: return CURLAUTH_NEGOTIATE;
    case ProxyAuth::Any: break;
  }
  const AuthMethods possible = proxy.has_login() ? kByLogin : by_ticket();
  const auto known = offered_.find(request.proxy);
  return known == offered_.end() ? once_asked(possible) : best_of(known->second & possible);
}

void ProxyLogins::accepted(const std::string& proxy, AuthMethods offered) {
  offered_[proxy] = offered;
}

void ProxyLogins::refused(const std::string& proxy) { offered_.erase(proxy); }

std::string names_of(AuthMethods methods) {
  std::string names;
  for (const auto& [method, name] : kMethods) {
    if ((methods & method) == 0) continue;
    names.append(names.empty() ? "" : " or ").append(name);
  }
  return names;
}

}  // namespace xget::net
