// The errors a job ends with, in words for people: cause, and what to do about it.
#pragma once

#include <string>

#include "core/failure.hpp"
#include "xget/error.hpp"

namespace xget::engine {

// What the source could not do. `subject` names it.
Error error_of(const core::Failure& failure, const std::string& subject);
// What stands at `path` is neither replaced nor gone on from.
Error exists_error(const std::string& path, std::string cause);
// The resource is another version now. `restartable`: --on-change=restart would help.
Error changed_error(const std::string& subject, std::string cause, bool restartable);
// --strict: nothing proves the bytes.
Error not_proven_error(const std::string& subject, std::string operation, std::string cause);

}  // namespace xget::engine
