// Whether a local file has the bytes of an object, or two objects have the same, as far as what a
// store says of an object tells: xget's SHA-256 in its metadata, or an ETag that is an MD5, of the
// whole or of parts.
// Thread: any; it blocks, and reads the file.
#pragma once

#include <optional>
#include <string>

#include "api/store_desk.hpp"
#include "base/digest.hpp"
#include "xget/error.hpp"

namespace xget::api {

// `listed`: a digest that the listing seems to show, which proves something only where it agrees.
// False: they differ, or nothing that the store says tells. Fails as the store or the disk does.
Result<bool> has_same_content(const std::string& path, const ObjectRequest& object,
                              const std::optional<ExpectedDigest>& listed, StoreDesk& desk);

// The same of two objects; nothing is read of them.
Result<bool> have_same_content(const ObjectRequest& one, const ObjectRequest& other,
                               StoreDesk& desk);

}  // namespace xget::api
