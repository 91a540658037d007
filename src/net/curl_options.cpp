#include "net/curl_options.hpp"

#include <unistd.h>

#include <algorithm>

#include "net/close_notify.hpp"
#include "net/local_interface.hpp"
#include "net/proxy.hpp"

namespace xget::net {
namespace {

// libcurl keeps it in 32 bits, and a longer one would become any other.
constexpr Milliseconds kLongestConnectTimeout = std::chrono::hours(24 * 20);
constexpr long kKeepAliveIdleSeconds = 30;
constexpr long kKeepAliveIntervalSeconds = 15;

// libcurl keeps the parsed CA bundle for all connections, but only when no CA folder is set;
// parsing it anew costs each TLS connection tens of milliseconds. Debian's default sets both.
void set_certificate_authorities(OptionSetter& options, const TransportSettings& settings) {
  static const std::string system_bundle = [] {
    const char* file = curl_version_info(CURLVERSION_NOW)->cainfo;
    return std::string(file != nullptr && access(file, R_OK) == 0 ? file : "");
  }();
  const std::string& bundle = settings.cacert.empty() ? system_bundle : settings.cacert;
  if (bundle.empty()) return;
  options.set(CURLOPT_CAINFO, bundle.c_str());
  options.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  options.set(CURLOPT_PROXY_CAINFO, bundle.c_str());
  options.set(CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
}

CURLcode prepare_tls_context(CURL*, void* context, void*) {
  watch_close_notify(context);
  return CURLE_OK;
}

void set_tls_options(OptionSetter& options, const TransportSettings& settings) {
  options.set(CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  options.set(CURLOPT_SSL_CTX_FUNCTION, prepare_tls_context);
  set_certificate_authorities(options, settings);
  options.set(CURLOPT_SSL_VERIFYPEER, settings.insecure ? 0L : 1L);
  options.set(CURLOPT_SSL_VERIFYHOST, settings.insecure ? 0L : 2L);
  options.set_text(CURLOPT_SSLCERT, settings.cert);
  options.set_text(CURLOPT_SSLKEY, settings.key.empty() ? settings.cert : settings.key);
  options.set_text(CURLOPT_PINNEDPUBLICKEY, settings.pinned_public_key);
}

long curl_family(AddressFamily family) {
  switch (family) {
    case AddressFamily::IPv4: return CURL_IPRESOLVE_V4;
    case AddressFamily::IPv6: return CURL_IPRESOLVE_V6;
    case AddressFamily::Any: break;
  }
  return CURL_IPRESOLVE_WHATEVER;
}

// Only over TLS: over plain http waiting could only harm. libcurl 7.88 keeps a connection whose
// request failed to be sent, and would wait for it until the timeout.
bool may_use_http2(const core::HttpRequest& request) {
  return request.http2 && request.url.starts_with("https:");
}

}  // namespace

void set_protocol_options(OptionSetter& options, const core::HttpRequest& request) {
  options.set(CURLOPT_URL, request.url.c_str());
  options.set(CURLOPT_PROTOCOLS_STR, "http,https");
  options.set(CURLOPT_PATH_AS_IS, 1L);
  options.set(CURLOPT_FOLLOWLOCATION, 0L);
  options.set(CURLOPT_HTTP09_ALLOWED, 0L);
  options.set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
  options.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  options.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  // What may use HTTP/2 joins no connection that was made without, and the other way round: see
  // connection_users.hpp. Other words for the same versions of TLS tell libcurl that they differ.
  constexpr long kTls = CURL_SSLVERSION_TLSv1_2;
  if (may_use_http2(request)) {
    options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    options.set(CURLOPT_SSLVERSION, kTls | CURL_SSLVERSION_MAX_TLSv1_3);
    // Rather wait for the first connection's handshake than open one for each request.
    options.set(CURLOPT_PIPEWAIT, 1L);
  } else {
    options.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    options.set(CURLOPT_SSLVERSION, kTls);
  }
  options.set(CURLOPT_FRESH_CONNECT, request.fresh ? 1L : 0L);
}

void set_proxy_options(OptionSetter& options, const core::HttpRequest& request,
                       AuthMethods methods) {
  // Both even when empty: unset, libcurl would look into the environment.
  options.set(CURLOPT_PROXY, request.proxy.c_str());
  options.set(CURLOPT_NOPROXY, "");
  if (methods == CURLAUTH_NONE) return;
  options.set(CURLOPT_PROXYAUTH, methods);
  // Without any login libcurl would not even use the ticket. One in the proxy's URL goes before it.
  if ((methods & CURLAUTH_NEGOTIATE) != 0) options.set(CURLOPT_PROXYUSERPWD, ":");
}

void set_transport_options(OptionSetter& options, const TransportSettings& settings,
                           long buffer_size) {
  options.set(CURLOPT_NOSIGNAL, 1L);
  // A name that libcurl resolves itself (a proxy's) must not hold the loop up when cancelled.
  options.set(CURLOPT_QUICK_EXIT, 1L);
  const Milliseconds connect_timeout = std::min(settings.connect_timeout, kLongestConnectTimeout);
  options.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connect_timeout.count()));
  options.set(CURLOPT_TCP_NODELAY, 1L);
  options.set(CURLOPT_TCP_KEEPALIVE, 1L);
  options.set(CURLOPT_TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  options.set(CURLOPT_TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  options.set(CURLOPT_BUFFERSIZE, buffer_size);
  options.set(CURLOPT_IPRESOLVE, curl_family(settings.family));
  options.set_text(CURLOPT_INTERFACE, curl_interface(settings.interface));
  options.set_text(CURLOPT_USERAGENT, settings.user_agent);
  // No file, but the engine: sharing cookies alone does not switch it on.
  if (settings.cookies) options.set(CURLOPT_COOKIEFILE, "");
  set_tls_options(options, settings);
}

bool is_relayed(const core::HttpRequest& request) {
  return !request.proxy.empty() && split_proxy(request.proxy).speaks_http() &&
         request.url.starts_with("http:");
}

std::string connect_to_rule(const core::HttpRequest& request) {
  if (!request.connect_to.empty()) return request.connect_to;
  // Behind a proxy the rule would turn a plain request into a tunnel, and the proxy resolves.
  if (request.pinned_address.empty() || !request.proxy.empty()) return {};
  // A request has one host and one port, no redirect being followed, so the rule is for any.
  const bool ipv6 = request.pinned_address.find(':') != std::string::npos;
  return ipv6 ? "::[" + request.pinned_address + "]:" : "::" + request.pinned_address + ":";
}

std::string shared_peer(const core::HttpRequest& request) {
  if (!may_use_http2(request)) return {};
  const auto authority_end = request.url.find_first_of("/?", std::string_view("https://").size());
  return request.url.substr(0, authority_end) + " " + connect_to_rule(request) + " " +
         request.proxy;
}

}  // namespace xget::net
