// A request that brings an object, or a part of one, to a store, or has the store copy it there.
// Thread: any; pure.
#pragma once

#include <string>

#include "remote/part_source.hpp"
#include "remote/store_client.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// Its headers and its payload; the body is the caller's to give. `hashed`: the signature needs the
// bytes' SHA-256, since there is no TLS.
void add_content(const PartContent& content, bool hashed, StoreQuestion& question);

// By which the store names what it took. Fails with Refused or Network: it says none.
Result<std::string> etag_of_content(const StoreAnswer& answer, const PartContent& content,
                                    const std::string& name);

}  // namespace xget::remote
