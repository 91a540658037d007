#include "base/numbered_name.hpp"

namespace xget {

std::string numbered_name(std::string_view file, int number) {
  const auto slash = file.rfind('/');
  const auto name_begin = slash == std::string_view::npos ? 0 : slash + 1;
  auto dot = file.rfind('.');
  // What begins with its only dot has no extension: ".profile".
  if (dot == std::string_view::npos || dot <= name_begin) dot = file.size();
  return std::string(file.substr(0, dot)) + "." + std::to_string(number) +
         std::string(file.substr(dot));
}

}  // namespace xget
