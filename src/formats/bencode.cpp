#include "formats/bencode.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <tl/expected.hpp>

#include "base/units.hpp"

namespace xget::formats {
namespace {

using List = BencodeValue::List;
using Dictionary = BencodeValue::Dictionary;

template <typename T>
using Taken = tl::expected<T, const char*>;  // or what is wrong

tl::unexpected<const char*> bencode_error(const char* cause) {
  return tl::unexpected<const char*>(cause);
}

class BencodeReader {
 public:
  explicit BencodeReader(std::string_view text) : text_(text), rest_(text) {}

  Result<BencodeValue> read() {
    auto value = take_value();
    if (!value) return refuse(value.error());
    if (!rest_.empty()) return refuse("something follows its end");
    return *std::move(value);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> refuse(const char* cause) const {
    return fail({.code = ErrorCode::Usage,
                 .operation = "read the torrent",
                 .subject = "byte " + std::to_string(text_.size() - rest_.size()),
                 .cause = cause});
  }

  Taken<BencodeValue> take_value() {
    if (rest_.empty()) return bencode_error("it is cut short");
    if (++values_ > kMostBencodeValues) return bencode_error("it has too many values");
    switch (rest_.front()) {
      case 'i': return take_number();
      case 'l': return nested([this] { return take_list(); });
      case 'd': return nested([this] { return take_dictionary(); });
      default: return take_text();
    }
  }

  template <typename Take>
  Taken<BencodeValue> nested(Take take) {
    if (depth_ == kDeepestBencode) return bencode_error("it is nested too deeply");
    ++depth_;
    rest_.remove_prefix(1);
    auto value = take();
    --depth_;
    return value;
  }

  // Whether the list or dictionary ends here; takes its end.
  bool take_end() {
    if (!rest_.starts_with('e')) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // "i", a number, "e"
  Taken<BencodeValue> take_number() {
    const auto end = rest_.find('e');
    if (end == std::string_view::npos) return bencode_error("a number does not end");
    const std::string_view digits = rest_.substr(1, end - 1);
    std::int64_t number = 0;
    const char* const stop = digits.data() + digits.size();
    const auto [stopped, error] = std::from_chars(digits.data(), stop, number);
    if (error != std::errc() || stopped != stop || std::to_string(number) != digits) {
      return bencode_error("a number makes no sense");
    }
    rest_.remove_prefix(end + 1);
    return Taken<BencodeValue>(tl::in_place, number);
  }

  // Length, ":", as many bytes
  Taken<std::string_view> take_bytes() {
    constexpr std::size_t kMostDigits = 20;
    const auto mark = rest_.substr(0, kMostDigits + 1).find(':');
    if (mark == std::string_view::npos) return bencode_error("there is no value");
    const std::string_view digits = rest_.substr(0, mark);
    const auto length = parse_u64(digits);
    if (!length || (digits.size() > 1 && digits.front() == '0'))
      return bencode_error("there is no value");
    if (*length > rest_.size() - mark - 1) return bencode_error("it is cut short");
    const std::string_view bytes = rest_.substr(mark + 1, *length);
    rest_.remove_prefix(mark + 1 + bytes.size());
    return bytes;
  }

  Taken<BencodeValue> take_text() {
    const auto bytes = take_bytes();
    if (!bytes) return bencode_error(bytes.error());
    return Taken<BencodeValue>(tl::in_place, *bytes);
  }

  Taken<BencodeValue> take_list() {
    List list;
    while (!take_end()) {
      auto value = take_value();
      if (!value) return value;
      list.push_back(*std::move(value));
    }
    return Taken<BencodeValue>(tl::in_place, std::move(list));
  }

  Taken<BencodeValue> take_dictionary() {
    Dictionary members;
    while (!take_end()) {
      if (rest_.empty()) return bencode_error("it is cut short");
      const auto key = take_bytes();
      if (!key) return bencode_error(key.error());
      auto value = take_value();
      if (!value) return value;
      members.emplace_back(*key, *std::move(value));
    }
    // Not all programs keep to the order that the specification asks for.
    const auto by_key = [](const auto& one, const auto& other) { return one.first < other.first; };
    std::sort(members.begin(), members.end(), by_key);
    const auto twice = std::adjacent_find(
        members.begin(), members.end(),
        [](const auto& one, const auto& other) { return one.first == other.first; });
    if (twice != members.end()) return bencode_error("a dictionary has a key twice");
    return Taken<BencodeValue>(tl::in_place, std::move(members));
  }

  std::string_view text_;
  std::string_view rest_;
  std::size_t depth_ = 0;
  std::size_t values_ = 0;
};

}  // namespace

std::optional<std::int64_t> BencodeValue::number() const {
  const auto* number = std::get_if<std::int64_t>(&content_);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

std::optional<std::string_view> BencodeValue::bytes() const {
  const auto* bytes = std::get_if<std::string_view>(&content_);
  return bytes == nullptr ? std::nullopt : std::optional(*bytes);
}

const BencodeValue* BencodeValue::find(std::string_view key) const {
  const auto* members = std::get_if<Dictionary>(&content_);
  if (members == nullptr) return nullptr;
  const auto found =
      std::lower_bound(members->begin(), members->end(), key,
                       [](const auto& member, auto wanted) { return member.first < wanted; });
  return found != members->end() && found->first == key ? &found->second : nullptr;
}

Result<BencodeValue> parse_bencode(std::string_view text) { return BencodeReader(text).read(); }

}  // namespace xget::formats
