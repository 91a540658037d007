// Whether a partial is being downloaded to, asked without keeping anybody off it.
// Thread: any. Changes nothing.
#pragma once

#include <string>

namespace xget::store {

// Whether a process holds the lock of the partial at this path, or the lock file beside it stands.
// False where that cannot be told.
bool partial_in_use(const std::string& partial, const std::string& lock_file);

}  // namespace xget::store
