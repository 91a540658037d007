// A store's refusal in words that help: what it means, and what to type where that is known.
// Thread: any; pure.
#pragma once

#include <string>

#include "remote/object_url.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {

// Of a request for that object. Printable, one line, no secrets; empty: the status says it all.
std::string meaning_of(const StoreError& error, int status, const ObjectUrl& object);

}  // namespace xget::remote
