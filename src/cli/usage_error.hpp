// Errors of the command line itself.
#pragma once

#include <string>
#include <utility>

#include "xget/error.hpp"

namespace xget::cli {

// `subject` is the option or the URL as it was given, or empty for the command line as a whole.
inline tl::unexpected<Error> refuse_usage(std::string subject, std::string cause,
                                          std::string remedy = "") {
  return fail({.code = ErrorCode::Usage,
               .operation = subject.empty() ? "command line" : "",
               .subject = std::move(subject),
               .cause = std::move(cause),
               .remedy = std::move(remedy)});
}

}  // namespace xget::cli
