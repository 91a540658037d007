// The answers of object stores: flat XML documents of some fields and some lists of fields. A form
// says which member each element fills, the reader does the rest. Names alone count and namespaces
// do not: S3, OSS and those that speak like them (MinIO, Ceph, Google, R2) use several, or none.
// Thread: any; pure. Ownership: a form borrows what it fills, and all names that it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "formats/xml_reader.hpp"
#include "remote/store_error.hpp"

namespace xget::remote {

inline constexpr std::size_t kLargestAnswer = 32 << 20;      // bytes; 1,000 long keys are 4 MiB
inline constexpr std::size_t kLongestAnswerText = 16 << 10;  // bytes of a key, a token, a message
inline constexpr std::size_t kMostListed = 10'000;           // of one kind in one answer; S3: 1,000

// Stands where a store writes what XML cannot carry, as Ceph's gateway writes a key's control
// characters where it does not escape keys ("&#x01;"). A text with it is not known: an answer that
// needs the text is of no use, and one that does not is. U+FDD0, which is no character of
// anybody's.
inline constexpr std::string_view kUnreadable = "\xEF\xB7\x90";

// What an element's text becomes. Numbers are at most 2^63-1; times are RFC 3339; a flag is "true"
// or "false".
template <typename T>
using Member = std::variant<std::string T::*, std::uint64_t T::*, std::optional<std::uint64_t> T::*,
                            std::optional<WallTime> T::*, bool T::*>;

template <typename T>
struct AnswerField {
  std::string_view path;  // from its element: "Key", "Owner/ID"; "" is the element's own text
  Member<T> member;
  bool required = false;
};

// One kind of element and the fields within it.
class AnswerElement {
 public:
  virtual ~AnswerElement() = default;
  virtual formats::XmlVerdict begin() = 0;
  // `path` from this element; unknown ones are passed over.
  virtual formats::XmlVerdict take(std::string_view path, std::string text) = 0;
  virtual formats::XmlVerdict end() = 0;
};

// false: it does not hold what the member needs.
bool assign(std::string& member, std::string text);
bool assign(std::uint64_t& member, std::string_view text);
bool assign(std::optional<std::uint64_t>& member, std::string_view text);
bool assign(std::optional<WallTime>& member, std::string_view text);
bool assign(bool& member, std::string_view text);

template <typename T>
class FieldsOf final : public AnswerElement {
 public:
  // `next`: where the element that begins goes; nullptr where there are too many.
  FieldsOf(std::function<T*()> next, std::vector<AnswerField<T>> fields)
      : next_(std::move(next)), fields_(std::move(fields)) {}

  formats::XmlVerdict begin() override {
    target_ = next_();
    seen_.assign(fields_.size(), false);
    if (target_ == nullptr) return tl::unexpected<std::string>("it lists too much");
    return {};
  }
  formats::XmlVerdict take(std::string_view path, std::string text) override {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].path != path) continue;
      if (seen_[i]) return wrong(path, "stands there twice");
      seen_[i] = true;
      const bool sound =
          std::visit([&](auto member) { return assign(target_->*member, std::move(text)); },
                     fields_[i].member);
      if (!sound) return wrong(path, "cannot be read");
      return {};
    }
    return {};
  }
  formats::XmlVerdict end() override {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i].required && !seen_[i]) return wrong(fields_[i].path, "is missing");
    }
    return {};
  }

 private:
  static formats::XmlVerdict wrong(std::string_view path, std::string_view what) {
    return tl::unexpected<std::string>((path.empty() ? "its text" : std::string(path)) + " " +
                                       std::string(what));
  }

  std::function<T*()> next_;
  std::vector<AnswerField<T>> fields_;
  T* target_ = nullptr;
  std::vector<bool> seen_;
};

// What an answer may be: the names that its outermost element may have, and what is read of it.
class AnswerForm {
 public:
  AnswerForm(std::initializer_list<std::string_view> roots) : roots_(roots) {}

  // The element at `path` ("" is the outermost one, "Contents" one within it) fills `target`.
  template <typename T>
  AnswerForm& one(std::string_view path, T& target, std::vector<AnswerField<T>> fields) {
    return add<T>(
        path, [&target] { return &target; }, std::move(fields));
  }
  // Each element at `path` adds one to `list`, up to kMostListed.
  template <typename T>
  AnswerForm& many(std::string_view path, std::vector<T>& list,
                   std::vector<AnswerField<T>> fields) {
    const auto next = [&list] {
      return list.size() < kMostListed ? &list.emplace_back() : nullptr;
    };
    return add<T>(path, next, std::move(fields));
  }

  [[nodiscard]] std::span<const std::string_view> roots() const { return roots_; }

  struct Place {
    std::string_view path;
    std::unique_ptr<AnswerElement> element;
  };
  [[nodiscard]] std::span<const Place> places() const { return places_; }

 private:
  template <typename T>
  AnswerForm& add(std::string_view path, std::function<T*()> next,
                  std::vector<AnswerField<T>> fields) {
    places_.push_back({path, std::make_unique<FieldsOf<T>>(std::move(next), std::move(fields))});
    return *this;
  }

  std::vector<std::string_view> roots_;
  std::vector<Place> places_;
};

// Fills what `form` names, in one pass. Fails with the store's refusal where the document is an
// Error, with Refused where it is another document (a web page: that is no object store), with
// Network where it is broken.
Answer<void> read_answer(std::string_view document, const AnswerForm& form);

// How a caller hands that failure on.
inline tl::unexpected<AnswerFailure> passed_on(Answer<void>& read) {
  return tl::unexpected<AnswerFailure>(std::move(read.error()));
}
// The failure of an answer that can be read, but not used. `name` is its outermost element's.
tl::unexpected<AnswerFailure> useless_answer(std::string_view name, std::string cause);

// The form of an Error document, alone or in a token service's envelope.
AnswerForm error_form(StoreError& error);

}  // namespace xget::remote
