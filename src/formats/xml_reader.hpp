// XML 1.0 with namespaces as events, with the limits that a document of a stranger's making needs:
// Metalinks and what object stores answer. The only place that knows expat.
// Thread: one. Ownership: nothing is kept after read_xml returns; what events show is borrowed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "xget/error.hpp"

namespace xget::formats {

inline constexpr std::size_t kDeepestXml = 32;             // elements within each other
inline constexpr std::size_t kLongestAttribute = 4 << 10;  // bytes of a value

// Whether to go on, or what is wrong with the document.
using XmlVerdict = tl::expected<void, std::string>;

class XmlElement {
 public:
  // `attributes`: name, value, name, value, ..., nullptr.
  XmlElement(std::string_view space, std::string_view name, const char* const* attributes)
      : space_(space), name_(name), attributes_(attributes) {}

  [[nodiscard]] std::string_view space() const { return space_; }  // namespace; empty: none
  [[nodiscard]] std::string_view name() const { return name_; }
  // Of an attribute without a namespace.
  [[nodiscard]] std::optional<std::string_view> attribute(std::string_view name) const;

 private:
  std::string_view space_;
  std::string_view name_;
  const char* const* attributes_;
};

// Takes the events in the document's order. Text is UTF-8 and comes in pieces of any length.
class XmlListener {
 public:
  virtual ~XmlListener() = default;
  virtual XmlVerdict begin(const XmlElement& element) = 0;
  virtual XmlVerdict text(std::string_view piece) = 0;
  virtual XmlVerdict end() = 0;
};

// What a document is read for: what an error of it says, and of which kind it is.
struct XmlPurpose {
  std::string_view operation;  // "read the Metalink"
  ErrorCode code = ErrorCode::Usage;
};

// Whether XML 1.0 (section 2.2) can carry the character at all, be it as a reference.
bool is_xml_char(char32_t code);

// Reads the whole document. Entities of its own making are refused with the DOCTYPE that they need,
// so nothing in it can grow or reach for a file; how long a text may be is for the listener to say.
// Fails by `purpose` with what is wrong and in which line: by the document's grammar, by the limits
// above or by the listener's verdict.
Result<void> read_xml(std::string_view document, const XmlPurpose& purpose, XmlListener& listener);

}  // namespace xget::formats
