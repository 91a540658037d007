#include "store/origin_url.hpp"

namespace xget::store {

std::optional<std::string> origin_url(std::string_view url) {
  constexpr std::size_t kLongest = 2048;
  const std::string_view shown = url.substr(0, url.find_first_of("?#"));
  if (shown.empty() || shown.size() > kLongest) return std::nullopt;
  return std::string(shown);
}

}  // namespace xget::store
