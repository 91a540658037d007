// The requests by which objects are deleted, many at once or one alone, and what becomes of each.
// Thread: any; pure.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
// https://www.alibabacloud.com/help/en/oss/developer-reference/deletemultipleobjects
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "remote/store_client.hpp"
#include "xget/error.hpp"

namespace xget::remote {

// Whether the key can be one of several: XML carries it there, and back as it was.
bool goes_with_others(std::string_view key);

// At most kMostDeleted keys that go with others: a bug otherwise. Its operation and subject are the
// caller's to fill in.
StoreQuestion deletion_of(std::span<const std::string> keys);
// `version_id` empty: the object, whichever version is there.
StoreQuestion deletion_of(const std::string& key, const std::string& version_id);

// What became of each key, in their order: nullopt, it is deleted. One that the answer does not
// name may still be there. Fails where the answer is of no use.
Result<std::vector<std::optional<Error>>> read_deletion(std::string_view answer,
                                                        std::span<const std::string> keys);

}  // namespace xget::remote
