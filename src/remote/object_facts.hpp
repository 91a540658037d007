// What the head of an object's answer says, as its user wants to know it. Thread: any; pure.
#pragma once

#include "core/http_message.hpp"
#include "xget/error.hpp"
#include "xget/object_store.hpp"

namespace xget::remote {

// Fails with Network: it does not say how long the object is.
Result<ObjectFacts> read_object_facts(const core::ResponseHead& answer);

}  // namespace xget::remote
