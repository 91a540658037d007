// How what is on the disk already is read to be hashed.
#pragma once

#include <cstddef>

namespace xget::store {

inline constexpr std::size_t kReadBytes = 256U << 10;  // at once

}  // namespace xget::store
