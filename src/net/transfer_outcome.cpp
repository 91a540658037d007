#include "net/transfer_outcome.hpp"

#include <algorithm>
#include <array>
#include <system_error>

#include "base/text.hpp"

namespace xget::net {
namespace {

using core::TransferStatus;

// That a proxy wants a login, or another one: by RFC 9110 section 15.5.8, and as tinyproxy says the
// latter.
constexpr std::array<long, 2> kProxyWantsLogin{407, 401};

// A proxy that takes the login and then says nothing more has not denied it.
bool is_denied_by_proxy(const CurlOutcome& outcome) {
  if (outcome.head_complete || outcome.code == CURLE_OPERATION_TIMEDOUT) return false;
  return std::find(kProxyWantsLogin.begin(), kProxyWantsLogin.end(), outcome.proxy_answer) !=
         kProxyWantsLogin.end();
}

// Another try would hear the same. A proxy's own TLS is not the server's.
bool server_speaks_no_tls(const CurlOutcome& outcome) {
  const bool reached = outcome.proxy.empty() || outcome.proxy_answer != 0;
  return outcome.code == CURLE_SSL_CONNECT_ERROR && outcome.answers_without_tls && reached;
}

TransferStatus before_request(const CurlOutcome& outcome) {
  switch (outcome.code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return TransferStatus::ProxyFailed;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
      if (!outcome.proxy.empty() && !outcome.connected) return TransferStatus::ProxyFailed;
      return outcome.code == CURLE_COULDNT_CONNECT ? TransferStatus::ConnectFailed
                                                   : TransferStatus::TimedOut;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_INTERFACE_FAILED: return TransferStatus::ConnectFailed;
    case CURLE_SSL_CONNECT_ERROR:
      return server_speaks_no_tls(outcome) ? TransferStatus::Unusable : TransferStatus::TlsFailed;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_SETOPT_OPTION_SYNTAX:
    case CURLE_NOT_BUILT_IN: return TransferStatus::Unusable;
    default: return TransferStatus::Broken;
  }
}

// Once the request went out every code is about the response.
TransferStatus before_head(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9, or no HTTP at all
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_OUT_OF_MEMORY: return TransferStatus::BadResponse;  // a line of it is too long
    default: return TransferStatus::Broken;
  }
}

std::string words_for_denial(const CurlOutcome& outcome) {
  if (outcome.tried_login) return "does not accept the login";
  const std::string methods = names_of(outcome.offered);
  return methods.empty() ? "wants a login" : "wants a login by " + methods;
}

std::string words_for(TransferStatus status, const CurlOutcome& outcome) {
  switch (status) {
    case TransferStatus::Ok: return "";
    case TransferStatus::CutShort: return "the connection ended in the middle of the body";
    case TransferStatus::ConnectFailed: return "the server cannot be reached";
    case TransferStatus::TimedOut: return "the connection took too long to come up";
    case TransferStatus::Broken:
      return "the connection broke before the response's header was there";
    case TransferStatus::BadResponse: return "the response's header is no HTTP that can be used";
    case TransferStatus::TlsFailed: return "the TLS handshake failed";
    case TransferStatus::CertificateBad: return "the server's certificate is not accepted";
    case TransferStatus::WrongKey: return "the server's public key is not the pinned one";
    case TransferStatus::ProxyFailed:
      return "the proxy " + outcome.proxy + " cannot be reached or refuses";
    case TransferStatus::ProxyDenied:
      return "the proxy " + outcome.proxy + " " + words_for_denial(outcome);
    case TransferStatus::Cancelled: return "ended by the receiver";
    case TransferStatus::BodyFailed: return "what was to be sent cannot be read";
    case TransferStatus::Unusable: return "the request cannot be made";
  }
  return "";
}

// What the words for the status do not say already.
std::string details_of(TransferStatus status, const CurlOutcome& outcome,
                       const std::string& detail) {
  if (status == TransferStatus::ProxyDenied) {
    return "HTTP status " + std::to_string(outcome.proxy_answer);
  }
  switch (outcome.code) {
    case CURLE_OK:
    case CURLE_WRITE_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    // The words for these count bytes or milliseconds.
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT: return "";
    case CURLE_COULDNT_CONNECT:
      if (outcome.system_error == 0) break;
      return std::generic_category().message(static_cast<int>(outcome.system_error));
    case CURLE_OUT_OF_MEMORY:  // so libcurl calls a line that is longer than it takes
      return outcome.head_complete ? "" : "a line of it is too long";
    default: break;
  }
  return printable(trim(detail.empty() ? curl_easy_strerror(outcome.code) : detail));
}

}  // namespace

bool tells_of_no_tls(std::string_view detail) {
  // OpenSSL 3.0 has the first words for it, later ones have the others.
  return detail.find("wrong version number") != std::string_view::npos ||
         detail.find("packet length too long") != std::string_view::npos;
}

TransferStatus status_of(const CurlOutcome& outcome) {
  if (is_denied_by_proxy(outcome)) return TransferStatus::ProxyDenied;
  switch (outcome.code) {
    case CURLE_OK: return TransferStatus::Ok;
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH: return TransferStatus::WrongKey;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return TransferStatus::CertificateBad;
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CLIENTCERT:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED: return TransferStatus::Unusable;
    default: break;
  }
  if (outcome.head_complete) return TransferStatus::CutShort;
  // A proxy that answers CONNECT with anything but success shows as a receive error.
  if (outcome.proxy_answer != 0 && outcome.proxy_answer / 100 != 2)
    return TransferStatus::ProxyFailed;
  return outcome.request_sent ? before_head(outcome.code) : before_request(outcome);
}

std::string cause_of(TransferStatus status, const CurlOutcome& outcome, const std::string& detail) {
  if (status == TransferStatus::Unusable && server_speaks_no_tls(outcome)) {
    return "the server does not speak TLS on this port; for plain http give http://…";
  }
  const std::string more = details_of(status, outcome, detail);
  const std::string words = words_for(status, outcome);
  return more.empty() ? words : words + " (" + more + ")";
}

}  // namespace xget::net
