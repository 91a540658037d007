// The versions that a bucket keeps of an object, where it keeps them, by the ids that the store
// gives them. To name one a caller may need a permission of its own (s3:GetObjectVersion), so what
// was asked for without one is named only where the store allows it. Thread: any; pure.
#pragma once

#include <string>
#include <vector>

#include "core/http_message.hpp"
#include "remote/uri_encoding.hpp"

namespace xget::remote {

// None where the id is empty.
std::vector<QueryParameter> query_of_version(const std::string& version_id);

// The id of the version that the answer is of; empty: it has none that names these bytes for good.
// "null" is replaced where versions are not kept.
std::string lasting_version(const core::ResponseHead& answer);

// Whether a request that names a version may be refused for that alone: it is not allowed, not
// understood, or that version is gone.
bool may_be_for_the_version(int status);

}  // namespace xget::remote
