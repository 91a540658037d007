// What a failed call says: the kind of failure, the operation, its subject, the number the
// system or the server gave, what was kept and what to do next.
#pragma once

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace xget {

// The kind decides the exit code of the command and whether a later run can go on.
enum class ErrorCode {
  Usage,        // the request itself cannot be carried out as asked, or names an unusable file
  Network,      // the network or the server failed for now; a later run goes on
  Refused,      // the server refuses for good (404, 401, no honest range, ...)
  Checksum,     // the bytes are not those that the digest names
  Disk,         // the file system failed (no space, no permission, I/O error), or standard output
  Changed,      // the resource changed on the server and the caller asked not to go on
  Exists,       // the target exists and may not be replaced
  Busy,         // another process is downloading to the same target
  NotProven,    // --strict: nothing proves that the bytes are one version
  Interrupted,  // stopped by the caller; a later run goes on
  Internal,     // a bug in xget
};

struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string operation;  // "connect", "write", "judge the response", ...
  std::string subject;    // the URL (without secrets), the path, the option
  // Disk: errno. Network and Refused: from 200 on it is an HTTP status, and below what the
  // transport or the resolver has for it, for messages alone. 0: there is none.
  long number = 0;
  std::string cause;   // one sentence in the user's language, no newline
  std::string kept;    // what of the download is kept, empty if nothing is
  std::string remedy;  // what to do next, empty if nothing helps
};

// "operation subject: cause". Control characters are made visible, secrets are gone already.
std::string to_string(const Error& error);

// A short stable name for the code, as used in logs: "network", "disk", ...
const char* to_string(ErrorCode code);

// Always tl::expected, so that a library and its user agree whatever their language level.
template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace xget
