// The one error of what a caller asks for and cannot have: an option of the session, or something
// of a job. It reads as the command's own: "--proxy: the proxy has no usable host".
#pragma once

#include <string>
#include <utility>

#include "xget/error.hpp"

namespace xget::api {

// Usage. `subject` is the option as the command calls it, the path or the URL.
inline tl::unexpected<Error> option_error(std::string subject, std::string cause,
                                          std::string remedy = "") {
  return fail({.code = ErrorCode::Usage,
               .subject = std::move(subject),
               .cause = std::move(cause),
               .remedy = std::move(remedy)});
}

}  // namespace xget::api
