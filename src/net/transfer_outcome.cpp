#include "net/transfer_outcome.hpp"

#include "base/text.hpp"

namespace xget::net {
namespace {

using core::TransferStatus;

TransferStatus before_request(const CurlOutcome& outcome) {
  switch (outcome.code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return TransferStatus::ProxyFailed;
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
      if (outcome.through_proxy && !outcome.connected) return TransferStatus::ProxyFailed;
      return outcome.code == CURLE_COULDNT_CONNECT ? TransferStatus::ConnectFailed
                                                   : TransferStatus::TimedOut;
    case CURLE_COULDNT_RESOLVE_HOST: return TransferStatus::ConnectFailed;
    case CURLE_SSL_CONNECT_ERROR: return TransferStatus::TlsFailed;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_BAD_FUNCTION_ARGUMENT:
    case CURLE_SETOPT_OPTION_SYNTAX:
    case CURLE_NOT_BUILT_IN: return TransferStatus::Unusable;
    default: return TransferStatus::Broken;
  }
}

const char* words_for(TransferStatus status) {
  switch (status) {
    case TransferStatus::Ok: return "";
    case TransferStatus::CutShort: return "the connection ended in the middle of the body";
    case TransferStatus::ConnectFailed: return "the server cannot be reached";
    case TransferStatus::TimedOut: return "the connection took too long to come up";
    case TransferStatus::Broken:
      return "the connection broke before the response's header was there";
    case TransferStatus::TlsFailed: return "the TLS handshake failed";
    case TransferStatus::CertificateBad: return "the server's certificate is not accepted";
    case TransferStatus::ProxyFailed: return "the proxy cannot be reached or refuses";
    case TransferStatus::Cancelled: return "ended by the receiver";
    case TransferStatus::Unusable: return "the request cannot be made";
  }
  return "";
}

}  // namespace

TransferStatus status_of(const CurlOutcome& outcome) {
  switch (outcome.code) {
    case CURLE_OK: return TransferStatus::Ok;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
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
  // After the request went out every code is about the response: "unsupported protocol" is then
  // an answer in HTTP/0.9.
  return outcome.request_sent ? TransferStatus::Broken : before_request(outcome);
}

std::string cause_of(TransferStatus status, CURLcode code, const std::string& detail) {
  std::string cause = words_for(status);
  const std::string more = detail.empty() ? curl_easy_strerror(code) : detail;
  if (code != CURLE_OK && code != CURLE_WRITE_ERROR) cause += " (" + printable(trim(more)) + ")";
  return cause;
}

}  // namespace xget::net
