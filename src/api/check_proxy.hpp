// A proxy that makes no sense is refused before anything is asked of it.
#pragma once

#include <string>
#include <string_view>

#include "xget/error.hpp"

namespace xget::api {

// `proxy`: [SCHEME://][USER:PASSWORD@]HOST[:PORT], empty or "none". Usage, with `subject` for who
// named it; what it says holds no secret.
Result<void> check_proxy(std::string_view proxy, const std::string& subject);

}  // namespace xget::api
