#include "formats/parameter.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace xget::formats {
namespace {

// Takes "..." from the front of `rest`. nullopt: it does not end.
std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string value;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    if (rest[at] == '"') {
      rest.remove_prefix(at + 1);
      return value;
    }
    if (rest[at] == '\\' && at + 1 < rest.size()) ++at;
    value += rest[at];
  }
  return std::nullopt;
}

std::string_view take_until(std::string_view& rest, std::string_view ends) {
  const auto taken = rest.substr(0, rest.find_first_of(ends));
  rest.remove_prefix(taken.size());
  return taken;
}

}  // namespace

std::optional<Parameter> take_parameter(std::string_view& rest, std::string_view ends) {
  Parameter parameter;
  parameter.name = trim(take_until(rest, std::string(ends) + "="));
  if (!rest.starts_with('=')) return parameter;
  rest.remove_prefix(1);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  if (rest.starts_with('"')) {
    parameter.value = take_quoted(rest);
    if (!parameter.value) return std::nullopt;
    take_until(rest, ends);
  } else {
    parameter.value = std::string(trim(take_until(rest, ends)));
  }
  return parameter;
}

}  // namespace xget::formats
