#include "base/header_line.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace xget {
namespace {

constexpr std::array<std::string_view, 7> kOwnHeaders{
    "Range",      "If-Range",          "Accept-Encoding", "Host",
    "Connection", "Transfer-Encoding", "Content-Length"};

bool is_token_character(char c) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         kOthers.find(c) != std::string_view::npos;
}

}  // namespace

tl::expected<HeaderLine, std::string> parse_header_line(std::string_view line) {
  const auto colon = line.find(':');
  const std::string_view name = line.substr(0, std::min(colon, line.size()));
  const bool named = colon != std::string_view::npos && !name.empty() &&
                     std::all_of(name.begin(), name.end(), is_token_character);
  if (!named) return tl::unexpected<std::string>("it must be \"Name: value\"");
  const std::string_view value = trim(line.substr(colon + 1));
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
    return tl::unexpected(std::string(name) + " has a line break or a NUL in its value");
  }
  const bool own = std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                               [&](auto header) { return equals_ignoring_case(header, name); });
  if (own) return tl::unexpected(std::string(name) + " is xget's own to send");
  return HeaderLine{std::string(name), std::string(value)};
}

}  // namespace xget
