#include "base/text.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace xget {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

void append_escaped(std::string& out, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kHexDigits[byte >> 4U];
    out += kHexDigits[byte & 0xFU];
  }
}

bool is_plain(char c) { return c >= ' ' && c <= '~'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::string printable(std::string_view text) {
  // Nearly all that is shown is plain, and needs no decoding.
  const auto plain =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
  std::string out(text.substr(0, plain));
  text.remove_prefix(plain);
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    const std::string_view bytes = text.substr(0, next.length);
    if (next.valid && !is_control(next.code)) {
      out += bytes;
    } else {
      append_escaped(out, bytes);
    }
    text.remove_prefix(next.length);
  }
  return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<std::string_view> Parts::next() {
  if (!rest_) return std::nullopt;
  const auto part = rest_->substr(0, rest_->find(separator_));
  if (part.size() == rest_->size()) {
    rest_.reset();
  } else {
    rest_->remove_prefix(part.size() + 1);
  }
  return part;
}

}  // namespace xget
