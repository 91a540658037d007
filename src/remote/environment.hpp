// The environment's variables, handed in: what depends on them can be told others. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>

namespace xget::remote {

// nullopt: the variable is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// Empty where it is not set: nothing here has a use for an empty value of its own.
inline std::string value_of(const Environment& environment, const std::string& name) {
  return environment(name).value_or("");
}

}  // namespace xget::remote
