// Which names stand before a secret: query parameters, headers, fields.
#pragma once

#include <string_view>

namespace xget {

// True for "X-Amz-Signature", "access_token", "apiKey", "sig", ...; false for "design", "author",
// "keyword". Judged by the words a name is made of, so that unknown services are covered too.
bool names_a_secret(std::string_view name);

}  // namespace xget
