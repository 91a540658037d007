// Why a fetch did not bring what was asked for, in the terms that decide what happens next.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "core/representation.hpp"

namespace xget::core {

enum class FailureKind {
  Resolve,        // the name has no address now
  Connect,        // refused, unreachable, timed out
  CutShort,       // the body ended early
  Broken,         // the connection ended before the head was complete
  Stall,          // no bytes for too long
  Busy,           // 429 or 503: wait, and use fewer connections
  ServerError,    // 500, 502, 504, 52x
  NotFound,       // 404, 410 and other 4xx: final, or the URL has expired
  Denied,         // 401, 403: final, or the URL has expired
  OtherVersion,   // the validator or the size shows another version
  NoRanges,       // 200 to a range, or no range support
  BadRange,       // a 206 that is not what was asked: wrong start, nonsense Content-Range, ...
  Unsatisfiable,  // 416
  Coded,          // a Content-Encoding that was not asked for
  BadRedirect,    // loop, too many, downgrade, other scheme
  BadResponse,    // not HTTP that can be used: contradicting lengths, odd status, ...
  Tls,            // handshake failed
  Certificate,    // the server is not who it should be: final
  WrongKey,       // its public key is not the pinned one: final
  Proxy,          // the proxy failed
  ProxyDenied,    // it wants credentials, or others: final
  Unusable,       // a request that can never work: final
  TooLarge,       // over --max-filesize: final
  WrongSize,      // not the resource that somebody described: final
};
const char* to_string(FailureKind kind);
// The cause of a WrongSize, in words. Bytes.
std::string wrong_size(std::uint64_t offered, std::uint64_t told);

struct Failure {
  FailureKind kind = FailureKind::Broken;
  long number = 0;                        // HTTP status or transport code
  std::string cause;                      // in words, printable, without secrets
  std::optional<Duration> retry_after;    // as the server told, not capped yet
  std::optional<Representation> offered;  // OtherVersion, Unsatisfiable: what the server has now
};
// A request that a server took and has not answered for so long, where the stall timeout is this.
Failure unanswered(Duration waited, Duration stall_timeout);

}  // namespace xget::core
