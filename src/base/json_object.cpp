#include "base/json_object.hpp"

#include <array>
#include <cstdio>

#include "base/utf8.hpp"

namespace xget {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void append_json_escaped(std::string& to, char c) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\u%04x", static_cast<unsigned>(c));
  to += text.data();
}

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const Utf8Char next = first_utf8(text);
    const char c = text.front();
    if (!next.valid) {
      to += kReplacement;
    } else if (next.code < 0x20 || next.code == 0x7f) {
      append_json_escaped(to, c);
    } else {
      if (c == '"' || c == '\\') to += '\\';
      to += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  to += '"';
}

JsonObject& JsonObject::with(std::string_view key, std::string_view text) {
  std::string quoted;
  append_json_string(quoted, text);
  return with_raw(key, quoted);
}

JsonObject& JsonObject::with(std::string_view key, bool truth) {
  return with_raw(key, truth ? "true" : "false");
}

JsonObject& JsonObject::with(std::string_view key, double number) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3f", number);
  return with_raw(key, text.data());
}

JsonObject& JsonObject::with(std::string_view key, std::optional<std::uint64_t> number) {
  return with_raw(key, number ? std::to_string(*number) : "null");
}

JsonObject& JsonObject::with_raw(std::string_view key, std::string_view value) {
  if (text_.size() > 1) text_ += ',';
  append_json_string(text_, key);
  text_ += ':';
  text_ += value;
  return *this;
}

JsonObject& JsonObject::with(std::string_view key, std::span<const std::string> texts) {
  std::string list = "[";
  for (const std::string& text : texts) {
    if (list.size() > 1) list += ',';
    append_json_string(list, text);
  }
  return with_raw(key, list + "]");
}

JsonObject& JsonObject::with(std::string_view key, std::span<const ByteRange> ranges) {
  std::string list = "[";
  for (const ByteRange range : ranges) {
    if (list.size() > 1) list += ',';
    list += "[" + std::to_string(range.begin) + "," + std::to_string(range.end) + "]";
  }
  return with_raw(key, list + "]");
}

}  // namespace xget
