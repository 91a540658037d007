// What the probe learnt: one version of a resource as a server describes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/validator.hpp"

namespace xget::core {

struct Representation {
  std::optional<std::uint64_t> size;
  Validators validators;
  bool ranges = false;  // the server answered 206 properly
  std::string content_type;
};

}  // namespace xget::core
