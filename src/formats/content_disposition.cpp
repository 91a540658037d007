#include "formats/content_disposition.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "formats/parameter.hpp"

namespace xget::formats {
namespace {

std::string from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0U | (byte >> 6U));
      out += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return out;
}

// RFC 8187 section 3.2: charset'language'percent-encoded.
std::optional<std::string> decode_extended(std::string_view value) {
  const auto charset_end = value.find('\'');
  if (charset_end == std::string_view::npos) return std::nullopt;
  const auto language_end = value.find('\'', charset_end + 1);
  if (language_end == std::string_view::npos) return std::nullopt;
  const std::string_view charset = value.substr(0, charset_end);
  std::string name = percent_decoded(value.substr(language_end + 1));
  if (equals_ignoring_case(charset, "ISO-8859-1")) return from_latin1(name);
  if (!equals_ignoring_case(charset, "UTF-8") || !is_utf8(name)) return std::nullopt;
  return name;
}

}  // namespace

std::optional<std::string> parse_disposition_name(std::string_view value) {
  std::optional<std::string> plain;
  std::optional<std::string> extended;
  while (!value.empty()) {
    auto parameter = take_parameter(value, ";");
    if (!parameter) return std::nullopt;
    value.remove_prefix(std::min<std::size_t>(1, value.size()));
    if (!parameter->value) continue;
    const bool is_plain = equals_ignoring_case(parameter->name, "filename");
    if (!is_plain && !equals_ignoring_case(parameter->name, "filename*")) continue;
    std::optional<std::string>& taken = is_plain ? plain : extended;
    if (taken) return std::nullopt;
    taken = *std::move(parameter->value);
  }
  if (extended) {
    if (auto name = decode_extended(*extended); name && !name->empty()) return name;
  }
  if (!plain || plain->empty()) return std::nullopt;
  return is_utf8(*plain) ? *plain : from_latin1(*plain);
}

}  // namespace xget::formats
