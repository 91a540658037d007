#include "net/url.hpp"

#include <curl/curl.h>
#include <idn2.h>

#include <algorithm>
#include <memory>
#include <new>

#include "base/encoding.hpp"
#include "base/path_parts.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "net/ip_literal.hpp"
#include "net/port.hpp"

namespace xget::net {
namespace {

constexpr std::size_t kMaxUrlLength = 64 * 1024;

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using UrlHandle = std::unique_ptr<CURLU, FreeUrl>;

// libcurl's own words are for who calls it.
std::string words_for(CURLUcode code) {
  switch (code) {
    case CURLUE_BAD_PORT_NUMBER: return "its port is not between 1 and 65535";
    case CURLUE_BAD_HOSTNAME: return "its host name is not allowed";
    case CURLUE_BAD_IPV6: return "its IPv6 address is none";
    case CURLUE_BAD_LOGIN: return "its user name or password cannot be read";
    case CURLUE_NO_HOST: return "it names no host";
    case CURLUE_BAD_SCHEME: return "its scheme is not allowed";
    case CURLUE_MALFORMED_INPUT: return "it is no URL";
    default: return curl_url_strerror(code);
  }
}

// Who gets the blame decides the code: the user for a URL, the server for a redirect.
struct Blame {
  ErrorCode code;
  const char* operation;
  std::string subject;

  [[nodiscard]] tl::unexpected<Error> fails(std::string cause, long number = 0,
                                            std::string remedy = "") const {
    Error error;
    error.remedy = std::move(remedy);
    error.code = code;
    error.operation = operation;
    error.subject = subject;
    error.number = number;
    error.cause = std::move(cause);
    return fail(std::move(error));
  }
  [[nodiscard]] tl::unexpected<Error> fails(CURLUcode code_of_curl) const {
    return fails(words_for(code_of_curl), code_of_curl);
  }
};

bool is_ascii_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

Result<std::string> clean(std::string_view text, const Blame& blame) {
  text = trim(text);
  if (text.empty()) return blame.fails("it is empty");
  if (text.size() > kMaxUrlLength) return blame.fails("it is longer than 64 KiB");
  std::string cleaned;
  cleaned.reserve(text.size());
  for (const char c : text) {
    if (is_ascii_control(c)) return blame.fails("it holds a control character");
    // libcurl would make it "+" in a query, which is a form's habit and not a URL's.
    if (c == ' ')
      cleaned += "%20";
    else
      cleaned += c;
  }
  return cleaned;
}

// "http:///path" and "http:/path" (RFC 3986 section 3.2.2 wants a host in http URLs), in which
// libcurl would take the path's first part for one.
bool lacks_host(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string scheme = lower_case(url.substr(0, colon));
  if (scheme != "http" && scheme != "https") return false;
  const auto slashes = std::min(url.find_first_not_of('/', colon + 1), url.size()) - (colon + 1);
  return slashes == 1 || slashes > 2;
}

// "http//host/x", "http:/host/x" and "http:///host/x": what was meant; empty: it is none of these.
// A relative reference may well begin so, hence of a URL that stands alone only.
std::string meant_by(std::string_view url) {
  for (const std::string_view scheme : {"http", "https"}) {
    if (!equals_ignoring_case(url.substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = url.substr(scheme.size());
    const bool without_colon = rest.starts_with("//");
    const bool wrong_slashes = rest.starts_with(":/") && lacks_host(url);
    if (!without_colon && !wrong_slashes) continue;
    const auto host = rest.find_first_not_of(":/");
    if (host == std::string_view::npos) return "";
    return std::string(scheme) + "://" + std::string(rest.substr(host));
  }
  return "";
}

// Empty when the URL has no such part.
std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
  std::string copy = text;
  curl_free(text);
  return copy;
}

// libcurl converts host names only under a UTF-8 locale, and a library has no business setting one.
Result<std::string> ascii_host(const std::string& host, const Blame& blame) {
  if (is_ascii(host)) return lower_case(host);
  char* ascii = nullptr;
  const int rc = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(host.c_str()),
                                reinterpret_cast<std::uint8_t**>(&ascii),
                                IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  if (rc != IDN2_OK)
    return blame.fails(std::string("the host name is not allowed: ") + idn2_strerror(rc), rc);
  std::string copy = ascii;
  idn2_free(ascii);
  return copy;
}

// IDNA makes plain digits of those of other scripts, an escape may stand for one, and libcurl
// searches only a whole URL for an IPv4 address: "①②⑦.1" and "%3127.1" are 127.0.0.1.
bool may_spell_ipv4(const std::string& host) {
  const auto last = host.rfind('.') + 1;  // 0 if there is no dot
  const bool is_number = last < host.size() && host[last] >= '0' && host[last] <= '9';
  return is_number && family_of(host) != AddressFamily::IPv4;
}

Result<Origin> read_origin(CURLU* handle, const Blame& blame) {
  Origin origin;
  origin.scheme = lower_case(part(handle, CURLUPART_SCHEME));
  if (origin.scheme != "http" && origin.scheme != "https")
    return blame.fails("its scheme is " + printable(origin.scheme) +
                       "; only http and https are supported");
  const std::string raw_host = part(handle, CURLUPART_HOST);
  if (raw_host.empty()) return blame.fails("it names no host");
  auto host = ascii_host(raw_host, blame);
  if (!host) return fail(host.error());
  // Setting the host loses an IPv6 zone, so leave what is well already.
  if (*host != raw_host) {
    if (const CURLUcode rc = curl_url_set(handle, CURLUPART_HOST, host->c_str(), 0);
        rc != CURLUE_OK)
      return blame.fails(rc);
  }
  if (host->find('%') != std::string::npos) return blame.fails("its host name is not allowed");
  if (may_spell_ipv4(*host)) {
    const std::string whole = part(handle, CURLUPART_URL);
    if (const CURLUcode rc = curl_url_set(handle, CURLUPART_URL, whole.c_str(), 0); rc != CURLUE_OK)
      return blame.fails(rc);
    *host = part(handle, CURLUPART_HOST);
  }
  origin.host = *host;
  if (origin.host.front() == '[') {
    origin.host = origin.host.substr(1, origin.host.size() - 2);
    if (const std::string zone = part(handle, CURLUPART_ZONEID); !zone.empty())
      origin.host += "%" + zone;
  }
  const auto port = parse_port(part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT));
  if (!port) return blame.fails("its port is not between 1 and 65535");
  origin.port = *port;
  return origin;
}

Result<std::string> take_user_info(CURLU* handle, const Blame& blame) {
  std::string joined;
  for (const CURLUPart which : {CURLUPART_USER, CURLUPART_PASSWORD}) {
    char* text = nullptr;
    const CURLUcode rc = curl_url_get(handle, which, &text, CURLU_URLDECODE);
    if (rc == CURLUE_OK) {
      joined += which == CURLUPART_USER ? text + std::string(":") : text;
      curl_free(text);
    } else if (rc != CURLUE_NO_USER && rc != CURLUE_NO_PASSWORD) {
      return blame.fails("its user name or password cannot be decoded", rc);
    }
  }
  for (const CURLUPart which : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS})
    curl_url_set(handle, which, nullptr, 0);
  return joined;
}

Result<Url> read_url(CURLU* handle, const Blame& blame) {
  Url url;
  auto origin = read_origin(handle, blame);
  if (!origin) return fail(origin.error());
  url.origin = std::move(*origin);
  auto user_info = take_user_info(handle, blame);
  if (!user_info) return fail(user_info.error());
  url.user_password = std::move(*user_info);
  curl_url_set(handle, CURLUPART_FRAGMENT, nullptr, 0);
  url.path = part(handle, CURLUPART_PATH);
  url.query = part(handle, CURLUPART_QUERY);
  url.text = part(handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT);
  if (url.text.empty()) return blame.fails("it cannot be put together again");
  return url;
}

// `base` empty: `text` stands alone.
Result<Url> parse_against(const std::string& base, std::string_view text, const Blame& blame) {
  auto cleaned = clean(text, blame);
  if (!cleaned) return fail(cleaned.error());
  if (base.empty()) {
    if (const std::string meant = meant_by(*cleaned); !meant.empty()) {
      const char* cause = lacks_host(*cleaned) ? "it names no host" : "it is no URL";
      return blame.fails(cause, 0, "did you mean " + without_secrets(meant) + "?");
    }
  }
  if (lacks_host(*cleaned)) return blame.fails("it names no host");
  const UrlHandle handle{curl_url()};
  if (!handle) throw std::bad_alloc();
  if (!base.empty()) curl_url_set(handle.get(), CURLUPART_URL, base.c_str(), 0);
  const unsigned flags = CURLU_URLENCODE | CURLU_NON_SUPPORT_SCHEME |
                         (base.empty() ? static_cast<unsigned>(CURLU_DEFAULT_SCHEME) : 0U);
  if (const CURLUcode rc = curl_url_set(handle.get(), CURLUPART_URL, cleaned->c_str(), flags);
      rc != CURLUE_OK)
    return blame.fails(rc);
  return read_url(handle.get(), blame);
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  return parse_against("", text, {ErrorCode::Usage, "read the URL", without_secrets(text)});
}

Result<Url> resolve_reference(const Url& base, std::string_view location) {
  return parse_against(base.text, location,
                       {ErrorCode::Refused, "follow the redirect to", without_secrets(location)});
}

std::string without_secrets(std::string_view url) {
  std::string shown;
  std::size_t at = 0;
  for (const SecretSpan& secret : secrets_in_url(url)) {
    shown += url.substr(at, secret.begin - at);
    at = secret.end;
    if (secret.kind == SecretKind::Parameter)
      shown += kHiddenSecret;
    else
      ++at;  // the "@" that it ends in
  }
  shown += url.substr(std::min(at, url.size()));
  return printable(shown);
}

std::string decoded_last_path_component(const Url& url) {
  return percent_decoded(parts_of(url.path).name);
}

}  // namespace xget::net
