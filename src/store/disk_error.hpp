// Errors of the file system in the words of the user.
#pragma once

#include <string>
#include <string_view>

#include "xget/error.hpp"

namespace xget::store {

// ErrorCode::Disk with the system's word for `number` (an errno) and, where a person can do
// something, what. The subject is made printable.
Error disk_error(std::string operation, std::string_view subject, int number);

// ErrorCode::Disk with a cause of our own; no number.
Error disk_error(std::string operation, std::string_view subject, std::string cause);

}  // namespace xget::store
