#include "core/http_message.hpp"

#include "base/text.hpp"

namespace xget::core {

std::optional<std::string_view> ResponseHead::find(std::string_view name) const {
  for (const Header& header : headers) {
    if (equals_ignoring_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> ResponseHead::find_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& header : headers) {
    if (equals_ignoring_case(header.name, name)) values.emplace_back(header.value);
  }
  return values;
}

}  // namespace xget::core
