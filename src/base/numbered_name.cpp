#include "base/numbered_name.hpp"

#include "base/path_parts.hpp"

namespace xget {

std::string numbered_name(std::string_view file, int number) {
  const auto name_begin = parts_of(file).folder.size();
  auto dot = file.rfind('.');
  // What begins with its only dot has no extension: ".profile".
  if (dot == std::string_view::npos || dot <= name_begin) dot = file.size();
  return std::string(file.substr(0, dot)) + "." + std::to_string(number) +
         std::string(file.substr(dot));
}

}  // namespace xget
