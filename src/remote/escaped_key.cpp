#include "remote/escaped_key.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace xget::remote {
namespace {

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool has_broken_escape(std::string_view text) {
  for (auto at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size() || !is_hex_digit(text[at + 1]) || !is_hex_digit(text[at + 2])) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool is_escaped(std::string_view encoding_type) {
  return equals_ignoring_case(encoding_type, "url");
}

bool unescape_key(std::string& key) {
  std::replace(key.begin(), key.end(), '+', ' ');
  return unescape_token(key);
}

bool unescape_token(std::string& token) {
  if (has_broken_escape(token)) return false;
  token = percent_decoded(token);
  return true;
}

}  // namespace xget::remote
