// The errors a job ends with, in words for people: cause, and what to do about it.
#pragma once

#include <string>

#include "core/failure.hpp"
#include "xget/error.hpp"

namespace xget::engine {

// What the source could not do. `subject` names it.
Error error_of(const core::Failure& failure, const std::string& subject);
// What stands at `path` is neither replaced nor gone on from. `adoptable`: --resume, which was not
// given, could.
Error exists_error(const std::string& path, std::string cause, bool adoptable);
// The resource is another version now. `restartable`: --on-change=restart would help.
Error changed_error(const std::string& subject, std::string cause, bool restartable);
// What helps against bytes that do not match their digest.
std::string checksum_remedy(bool standard_output);
// --strict: nothing proves the bytes.
Error not_proven_error(const std::string& subject, std::string operation, std::string cause);

}  // namespace xget::engine
