#include "formats/xml_reader.hpp"

#include <expat.h>

#include <exception>
#include <limits>
#include <memory>
#include <new>
#include <utility>

namespace xget::formats {
namespace {

// Between a namespace and a name; no namespace may hold it.
constexpr char kSeparator = '\n';

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};
using Parser = std::unique_ptr<XML_ParserStruct, FreeParser>;

tl::unexpected<Error> xml_error(const XmlPurpose& purpose, std::string subject, std::string cause) {
  return fail({.code = purpose.code,
               .operation = std::string(purpose.operation),
               .subject = std::move(subject),
               .cause = std::move(cause)});
}

bool has_long_value(const char* const* attributes) {
  for (; *attributes != nullptr; attributes += 2) {
    if (std::string_view(attributes[1]).size() > kLongestAttribute) return true;
  }
  return false;
}

class XmlReader {
 public:
  XmlReader(XmlListener& listener, const XmlPurpose& purpose)
      : listener_(listener), purpose_(purpose), parser_(XML_ParserCreateNS(nullptr, kSeparator)) {
    if (!parser_) throw std::bad_alloc();
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), on_begin, on_end);
    XML_SetCharacterDataHandler(parser_.get(), on_text);
    XML_SetStartDoctypeDeclHandler(parser_.get(), on_doctype);
  }

  // In one piece: expat begins a token anew with each piece that does not hold its end, so a long
  // one in many pieces would cost the square of its length.
  Result<void> read(std::string_view document) {
    const auto status =
        XML_Parse(parser_.get(), document.data(), static_cast<int>(document.size()), XML_TRUE);
    if (thrown_) std::rethrow_exception(thrown_);
    if (!cause_.empty()) return wrong_at(line_, std::move(cause_));
    if (status == XML_STATUS_OK) return {};
    return wrong_at(current_line(), std::string("it is no sound XML (") +
                                        XML_ErrorString(XML_GetErrorCode(parser_.get())) + ")");
  }

 private:
  [[nodiscard]] tl::unexpected<Error> wrong_at(std::size_t line, std::string cause) const {
    return xml_error(purpose_, "line " + std::to_string(line), std::move(cause));
  }

  [[nodiscard]] std::size_t current_line() const {
    return static_cast<std::size_t>(XML_GetCurrentLineNumber(parser_.get()));
  }

  void stop(std::string cause) {
    line_ = current_line();
    cause_ = std::move(cause);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  // Nothing may be thrown through expat, and some events still come after the stop.
  template <typename Step>
  void guarded(Step step) {
    if (thrown_ || !cause_.empty()) return;
    try {
      if (XmlVerdict verdict = step(); !verdict) stop(std::move(verdict.error()));
    } catch (...) {
      thrown_ = std::current_exception();
      XML_StopParser(parser_.get(), XML_FALSE);
    }
  }

  XmlVerdict begin(std::string_view name, const char* const* attributes) {
    if (++depth_ > kDeepestXml) return tl::unexpected<std::string>("it is nested too deeply");
    if (has_long_value(attributes)) return tl::unexpected<std::string>("an attribute is too long");
    const auto mark = name.find(kSeparator);
    if (mark == std::string_view::npos) return listener_.begin({{}, name, attributes});
    return listener_.begin({name.substr(0, mark), name.substr(mark + 1), attributes});
  }

  static XmlReader& self(void* user) { return *static_cast<XmlReader*>(user); }

  static void on_begin(void* user, const char* name, const char** attributes) {
    self(user).guarded([&] { return self(user).begin(name, attributes); });
  }
  static void on_text(void* user, const char* text, int length) {
    self(user).guarded([&] {
      return self(user).listener_.text({text, static_cast<std::size_t>(length)});
    });
  }
  static void on_end(void* user, const char*) {
    self(user).guarded([&] {
      --self(user).depth_;
      return self(user).listener_.end();
    });
  }
  static void on_doctype(void* user, const char*, const char*, const char*, int) {
    self(user).guarded([]() -> XmlVerdict {
      return tl::unexpected<std::string>("it has a DOCTYPE, which is not taken from strangers");
    });
  }

  XmlListener& listener_;
  const XmlPurpose& purpose_;
  Parser parser_;
  std::size_t depth_ = 0;
  std::size_t line_ = 0;
  std::string cause_;
  std::exception_ptr thrown_;
};

}  // namespace

bool is_xml_char(char32_t code) {
  const bool white = code == '\t' || code == '\n' || code == '\r';
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return white ||
         (code >= 0x20 && code <= 0x10FFFF && !surrogate && code != 0xFFFE && code != 0xFFFF);
}

std::optional<std::string_view> XmlElement::attribute(std::string_view name) const {
  for (const char* const* each = attributes_; *each != nullptr; each += 2) {
    if (name == each[0]) return each[1];
  }
  return std::nullopt;
}

Result<void> read_xml(std::string_view document, const XmlPurpose& purpose, XmlListener& listener) {
  if (document.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return xml_error(purpose, "", "it is larger than 2 GiB");
  }
  return XmlReader(listener, purpose).read(document);
}

}  // namespace xget::formats
