// Whether a file is a Metalink, by its name alone: asked by its reader and by the command line.
// Thread: any; pure.
#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"

namespace xget {

inline bool is_metalink_name(std::string_view name) {
  const std::string lower = lower_case(name);
  return lower.ends_with(".meta4") || lower.ends_with(".metalink");
}

}  // namespace xget
