#include "remote/answer_reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/iso_time.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace xget::remote {
namespace {

using formats::XmlVerdict;

constexpr int kSuccess = 200;

std::string operation_on(std::string_view name) { return "read the store's " + std::string(name); }

std::string_view without_white_space(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

// "&#x41;", "&#65;"
struct Reference {
  char32_t code = 0;
  std::size_t length = 0;  // of all of it, in bytes
};

// The one that the text begins with.
std::optional<Reference> reference_at(std::string_view text) {
  constexpr std::size_t kLongest = 12;
  const auto end = text.substr(0, kLongest).find(';');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view digits = text.substr(2, end - 2);
  const bool is_hex = digits.starts_with('x');
  if (is_hex) digits.remove_prefix(1);
  std::uint32_t code = 0;
  const char* const last = digits.data() + digits.size();
  const auto [stop, fault] = std::from_chars(digits.data(), last, code, is_hex ? 16 : 10);
  if (fault != std::errc() || stop != last) return std::nullopt;
  return Reference{code, end + 1};
}

// The document with kUnreadable for the references that no reader of XML takes.
std::string with_sound_references(std::string_view document) {
  constexpr std::string_view kStart = "&#";
  std::string sound;
  sound.reserve(document.size());
  for (auto at = document.find(kStart); at != std::string_view::npos; at = document.find(kStart)) {
    const auto reference = reference_at(document.substr(at));
    const std::size_t length = reference ? reference->length : kStart.size();
    const bool unsound = reference && !formats::is_xml_char(reference->code);
    sound += document.substr(0, at);
    sound += unsound ? kUnreadable : document.substr(at, length);
    document.remove_prefix(at + length);
  }
  return sound.append(document);
}

bool is_named(std::string_view name, const AnswerForm& form) {
  return std::find(form.roots().begin(), form.roots().end(), name) != form.roots().end();
}

// `path` as seen from the element at `from`. nullopt: it is not within it.
std::optional<std::string_view> seen_from(std::string_view from, std::string_view path) {
  if (from.empty()) return path;
  if (!path.starts_with(from)) return std::nullopt;
  path.remove_prefix(from.size());
  if (path.empty()) return path;
  if (path.front() != '/') return std::nullopt;
  return path.substr(1);
}

// Knows where in the document it is, and hands each text that has no element beside it to the form.
class AnswerReader final : public formats::XmlListener {
 public:
  AnswerReader(const AnswerForm& wanted, const AnswerForm& refusal)
      : wanted_(wanted), refusal_(refusal) {}

  XmlVerdict begin(const formats::XmlElement& element) override {
    if (form_ == nullptr) return begin_document(element.name());
    if (!path_.empty()) path_ += '/';
    path_ += element.name();
    name_lengths_.push_back(element.name().size());
    return begin_element();
  }

  XmlVerdict text(std::string_view piece) override {
    if (!is_leaf_) return {};
    if (text_.size() + piece.size() > kLongestAnswerText) return wrong("a text is too long");
    text_ += piece;
    return {};
  }

  XmlVerdict end() override {
    if (is_leaf_) {
      if (auto taken = take(std::exchange(text_, {})); !taken) return taken;
    }
    is_leaf_ = false;
    for (const AnswerForm::Place& place : form_->places()) {
      if (place.path != path_) continue;
      if (auto ended = place.element->end(); !ended) return ended;
    }
    leave();
    return {};
  }

  [[nodiscard]] bool is_refusal() const { return form_ == &refusal_; }
  [[nodiscard]] bool is_another() const { return is_another_; }

 private:
  static XmlVerdict wrong(std::string cause) {
    return tl::unexpected<std::string>(std::move(cause));
  }

  XmlVerdict begin_document(std::string_view name) {
    constexpr std::size_t kShown = 64;
    if (is_named(name, wanted_)) {
      form_ = &wanted_;
    } else if (is_named(name, refusal_)) {
      form_ = &refusal_;
    } else {
      is_another_ = true;
      return wrong("it is a <" + printable(name.substr(0, kShown)) + "> and not a <" +
                   std::string(wanted_.roots().front()) + ">");
    }
    return begin_element();
  }

  XmlVerdict begin_element() {
    is_leaf_ = true;
    text_.clear();
    for (const AnswerForm::Place& place : form_->places()) {
      if (place.path != path_) continue;
      if (auto begun = place.element->begin(); !begun) return begun;
    }
    return {};
  }

  // By the innermost element that the form names: a field of "Contents" is none of the document's.
  XmlVerdict take(std::string text) {
    const AnswerForm::Place* innermost = nullptr;
    for (const AnswerForm::Place& place : form_->places()) {
      const bool holds = seen_from(place.path, path_).has_value();
      if (holds && (innermost == nullptr || place.path.size() > innermost->path.size())) {
        innermost = &place;
      }
    }
    if (innermost == nullptr) return {};
    return innermost->element->take(*seen_from(innermost->path, path_), std::move(text));
  }

  void leave() {
    if (name_lengths_.empty()) return;  // the document's own element
    path_.resize(path_.size() - name_lengths_.back());
    if (!path_.empty()) path_.pop_back();
    name_lengths_.pop_back();
  }

  const AnswerForm& wanted_;
  const AnswerForm& refusal_;
  const AnswerForm* form_ = nullptr;  // known with the first element
  bool is_another_ = false;
  std::string path_;  // from the document's element inwards: "Contents/Owner/ID"
  std::vector<std::size_t> name_lengths_;
  bool is_leaf_ = false;  // no element began since the innermost one did
  std::string text_;
};

}  // namespace

bool assign(std::string& member, std::string text) {
  member = std::move(text);
  return member.find(kUnreadable) == std::string::npos;
}

bool assign(std::uint64_t& member, std::string_view text) {
  constexpr std::uint64_t kLargest = std::numeric_limits<std::int64_t>::max();
  const auto value = parse_u64(without_white_space(text));
  if (!value || *value > kLargest) return false;
  member = *value;
  return true;
}

bool assign(std::optional<std::uint64_t>& member, std::string_view text) {
  if (without_white_space(text).empty()) return true;  // OSS: a marker that there is none of
  return assign(member.emplace(), text);
}

bool assign(std::optional<WallTime>& member, std::string_view text) {
  member = parse_iso_time(without_white_space(text));
  return member.has_value();
}

bool assign(bool& member, std::string_view text) {
  const std::string word = lower_case(without_white_space(text));
  member = word == "true";
  return member || word == "false";
}

Answer<void> read_answer(std::string_view document, const AnswerForm& form) {
  const std::string operation = operation_on(form.roots().front());
  const formats::XmlPurpose purpose{.operation = operation, .code = ErrorCode::Network};
  const auto unread = [](Error error) {
    return tl::unexpected<AnswerFailure>({std::move(error), std::nullopt});
  };
  if (document.size() > kLargestAnswer) {
    return unread(
        {.code = ErrorCode::Refused, .operation = operation, .cause = "it is larger than 32 MiB"});
  }
  StoreError said;
  const AnswerForm refusal = error_form(said);
  AnswerReader reader(form, refusal);
  auto read = formats::read_xml(with_sound_references(document), purpose, reader);
  if (!read) {
    if (reader.is_another()) {
      read.error().code = ErrorCode::Refused;
      read.error().remedy = "see that the endpoint is an object store's";
    }
    return unread(std::move(read.error()));
  }
  if (!reader.is_refusal()) return {};
  if (said.code.empty()) {
    return unread({.code = ErrorCode::Network,
                   .operation = operation,
                   .cause = "it is an error without a code"});
  }
  Error error = describe(said, kSuccess, "ask the store", "");
  return tl::unexpected<AnswerFailure>({std::move(error), std::move(said)});
}

tl::unexpected<AnswerFailure> useless_answer(std::string_view name, std::string cause) {
  return tl::unexpected<AnswerFailure>(
      {{.code = ErrorCode::Network, .operation = operation_on(name), .cause = std::move(cause)},
       std::nullopt});
}

}  // namespace xget::remote
