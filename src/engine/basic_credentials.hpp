// The value of an Authorization header for the Basic scheme (RFC 7617).
#pragma once

#include <string>
#include <string_view>

namespace xget::engine {

std::string basic_credentials(std::string_view user_password);

}  // namespace xget::engine
