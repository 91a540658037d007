// Bencode, the notation of torrents (BEP 3): numbers, byte strings, lists and dictionaries.
// Strict: numbers have one spelling, a dictionary has no key twice, nothing follows the value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "xget/error.hpp"

namespace xget::formats {

inline constexpr std::size_t kDeepestBencode = 32;          // values within each other
inline constexpr std::size_t kMostBencodeValues = 1 << 19;  // in all, 48 bytes of memory each

// Borrows its strings from the text that it was parsed from, which must outlive it.
class BencodeValue {
 public:
  using List = std::vector<BencodeValue>;
  using Dictionary = std::vector<std::pair<std::string_view, BencodeValue>>;

  explicit BencodeValue(std::int64_t number) : content_(number) {}
  explicit BencodeValue(std::string_view bytes) : content_(bytes) {}
  explicit BencodeValue(List list) : content_(std::move(list)) {}
  // Sorted by key, each key once.
  explicit BencodeValue(Dictionary members) : content_(std::move(members)) {}

  // Each is empty where the value is of another kind.
  [[nodiscard]] std::optional<std::int64_t> number() const;
  [[nodiscard]] std::optional<std::string_view> bytes() const;
  [[nodiscard]] const List* list() const { return std::get_if<List>(&content_); }
  // What a dictionary has under `key`; nullptr: nothing, or it is no dictionary.
  [[nodiscard]] const BencodeValue* find(std::string_view key) const;

 private:
  std::variant<std::int64_t, std::string_view, List, Dictionary> content_;
};

// Fails with Usage: what is wrong and at which byte.
Result<BencodeValue> parse_bencode(std::string_view text);

}  // namespace xget::formats
