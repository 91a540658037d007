#include "xget/error.hpp"

#include "base/text.hpp"

namespace xget {

std::string to_string(const Error& error) {
  std::string text = error.operation;
  if (!text.empty() && !error.subject.empty()) text += ' ';
  text += error.subject;
  if (!text.empty() && !error.cause.empty()) text += ": ";
  text += error.cause;
  return printable(text);
}

const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::Usage: return "usage";
    case ErrorCode::Network: return "network";
    case ErrorCode::Refused: return "refused";
    case ErrorCode::Checksum: return "checksum";
    case ErrorCode::Disk: return "disk";
    case ErrorCode::Changed: return "changed";
    case ErrorCode::Exists: return "exists";
    case ErrorCode::Busy: return "busy";
    case ErrorCode::NotProven: return "not-proven";
    case ErrorCode::Interrupted: return "interrupted";
    case ErrorCode::Internal: return "internal";
  }
  return "unknown";
}

}  // namespace xget
