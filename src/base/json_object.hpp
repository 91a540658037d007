// One JSON object on one line, written field by field. Pure.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/byte_range.hpp"

namespace xget {

// `text` as a JSON string. What is no sound UTF-8 becomes U+FFFD.
void append_json_string(std::string& to, std::string_view text);

class JsonObject {
 public:
  JsonObject& with(std::string_view key, std::string_view text);
  // Or a literal would be taken for a truth value.
  JsonObject& with(std::string_view key, const char* text) {
    return with(key, std::string_view(text));
  }
  JsonObject& with(std::string_view key, bool truth);
  JsonObject& with(std::string_view key, double number);  // to three decimals
  template <std::integral Number>
  requires(!std::same_as<Number, bool>) JsonObject& with(std::string_view key, Number number) {
    return with_raw(key, std::to_string(number));
  }
  JsonObject& with(std::string_view key, std::optional<std::uint64_t> number);  // or null
  JsonObject& with(std::string_view key, std::span<const std::string> texts);
  JsonObject& with(std::string_view key, const JsonObject& object) {
    return with_raw(key, object.text());
  }
  JsonObject& with(std::string_view key, std::span<const ByteRange> ranges);  // [[begin,end],...]
  template <std::unsigned_integral Number>
  JsonObject& with(std::string_view key, std::span<const Number> numbers) {
    std::string list = "[";
    for (const Number number : numbers) {
      if (list.size() > 1) list += ',';
      list += std::to_string(number);
    }
    return with_raw(key, list + "]");
  }

  [[nodiscard]] std::string text() const { return text_ + "}"; }  // without a line end

 private:
  JsonObject& with_raw(std::string_view key, std::string_view value);

  std::string text_ = "{";
};

}  // namespace xget
