// What the probe learnt: one version of a resource as a server describes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.hpp"
#include "core/validator.hpp"

namespace xget::core {

struct Representation {
  std::optional<std::uint64_t> size;
  Validators validators;
  bool ranges = false;  // the server answered 206 properly
  std::string content_type;
  // Of all its bytes, as the server says it, in a response or, of a version that an earlier run
  // began, then. nullopt: it does not, or this system cannot compute it.
  std::optional<ExpectedDigest> digest;
};

}  // namespace xget::core
