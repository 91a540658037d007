// An environment of a test's own making.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "remote/environment.hpp"

namespace xget::test {

inline remote::Environment environment_of(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace xget::test
