#include "core/failure.hpp"

#include "base/units.hpp"

namespace xget::core {

const char* to_string(FailureKind kind) {
  switch (kind) {
    case FailureKind::Resolve: return "resolve";
    case FailureKind::Connect: return "connect";
    case FailureKind::CutShort: return "cut short";
    case FailureKind::Broken: return "broken";
    case FailureKind::Stall: return "stall";
    case FailureKind::Busy: return "busy";
    case FailureKind::ServerError: return "server error";
    case FailureKind::NotFound: return "not found";
    case FailureKind::Denied: return "denied";
    case FailureKind::OtherVersion: return "other version";
    case FailureKind::NoRanges: return "no ranges";
    case FailureKind::BadRange: return "bad range";
    case FailureKind::Unsatisfiable: return "unsatisfiable";
    case FailureKind::Coded: return "coded";
    case FailureKind::BadRedirect: return "bad redirect";
    case FailureKind::BadResponse: return "bad response";
    case FailureKind::Tls: return "TLS";
    case FailureKind::Certificate: return "certificate";
    case FailureKind::WrongKey: return "wrong key";
    case FailureKind::Proxy: return "proxy";
    case FailureKind::ProxyDenied: return "proxy denied";
    case FailureKind::Unusable: return "unusable";
    case FailureKind::TooLarge: return "too large";
    case FailureKind::WrongSize: return "wrong size";
  }
  return "?";
}

std::string wrong_size(std::uint64_t offered, std::uint64_t told) {
  return "its size is " + std::to_string(offered) + " bytes, and that of the wanted file is " +
         std::to_string(told);
}

Failure unanswered(Duration waited, Duration stall_timeout) {
  // Who has others to ask waits for less than the option says.
  const char* option = waited >= stall_timeout ? " (--stall-timeout)" : "";
  return {.kind = FailureKind::Stall,
          .number = 0,
          .cause = "the server accepts the request and does not answer within " +
                   format_duration(waited) + option,
          .retry_after = std::nullopt,
          .offered = std::nullopt};
}

}  // namespace xget::core
