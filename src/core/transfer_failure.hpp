// What a request that ended without its answer failed of. Pure.
#pragma once

#include "core/failure.hpp"
#include "core/ports.hpp"

namespace xget::core {

// Of one that did not end well; an Ok that came too early, and one that was cancelled, is Broken.
FailureKind kind_of(TransferStatus status);

}  // namespace xget::core
