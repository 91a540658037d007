#include "formats/metalink.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "formats/named_file.hpp"
#include "formats/xml_reader.hpp"

namespace xget::formats {
namespace {

constexpr std::string_view kVersion4 = "urn:ietf:params:xml:ns:metalink";
constexpr std::string_view kVersion3 = "http://www.metalinker.org/";

// What an element is. Other: unknown, or not of use; all that it holds is Other too.
enum class Kind {
  Document,
  Files,
  File,
  Size,
  Verification,
  Hash,
  Pieces,
  PieceHash,
  Resources,
  Url,
  Other
};

struct Place {
  std::string_view space;
  Kind parent;
  std::string_view name;
  Kind kind;
};

constexpr Place kPlaces[] = {
    {kVersion4, Kind::Document, "file", Kind::File},
    {kVersion4, Kind::File, "size", Kind::Size},
    {kVersion4, Kind::File, "hash", Kind::Hash},
    {kVersion4, Kind::File, "pieces", Kind::Pieces},
    {kVersion4, Kind::Pieces, "hash", Kind::PieceHash},
    {kVersion4, Kind::File, "url", Kind::Url},
    {kVersion3, Kind::Document, "files", Kind::Files},
    {kVersion3, Kind::Files, "file", Kind::File},
    {kVersion3, Kind::File, "size", Kind::Size},
    {kVersion3, Kind::File, "verification", Kind::Verification},
    {kVersion3, Kind::Verification, "hash", Kind::Hash},
    {kVersion3, Kind::Verification, "pieces", Kind::Pieces},
    {kVersion3, Kind::Pieces, "hash", Kind::PieceHash},
    {kVersion3, Kind::File, "resources", Kind::Resources},
    {kVersion3, Kind::Resources, "url", Kind::Url},
};

Kind kind_of(const XmlElement& element, Kind parent) {
  for (const Place& place : kPlaces) {
    if (place.space == element.space() && place.parent == parent && place.name == element.name()) {
      return place.kind;
    }
  }
  return Kind::Other;
}

bool holds_text(Kind kind) {
  return kind == Kind::Size || kind == Kind::Hash || kind == Kind::PieceHash || kind == Kind::Url;
}

tl::unexpected<std::string> wrong(std::string cause) {
  return tl::unexpected<std::string>(std::move(cause));
}

std::string_view without_white_space(std::string_view text) {
  constexpr std::string_view kWhiteSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

std::string value_or_empty(const XmlElement& element, std::string_view name) {
  return std::string(element.attribute(name).value_or(std::string_view()));
}

// Version 3 has preferences instead: 100 goes first.
int priority_of_url(const XmlElement& element) {
  constexpr int kHighestPreference = 100;
  if (element.space() == kVersion4) return priority_of(value_or_empty(element, "priority"));
  const int preference = priority_of(value_or_empty(element, "preference"));
  return preference > kHighestPreference ? kLowestPriority : kHighestPreference + 1 - preference;
}

// Version 3 says by its type that a web address leads to a torrent.
bool is_of_use(const XmlElement& url) {
  const std::string type = lower_case(value_or_empty(url, "type"));
  return url.space() == kVersion4 || type.empty() || type == "http" || type == "https";
}

// Puts the document's elements, as they end, into the file that was begun last.
class MetalinkReader final : public XmlListener {
 public:
  XmlVerdict begin(const XmlElement& element) override {
    if (open_.empty()) return begin_document(element);
    if (holds_text(open_.back())) return wrong("an element stands within a text");
    text_.clear();
    open_.push_back(kind_of(element, open_.back()));
    switch (open_.back()) {
      case Kind::File: return begin_file(element);
      case Kind::Hash: return begin_digest(element);
      case Kind::Pieces: return begin_pieces(element);
      case Kind::PieceHash: return check_order(element);
      case Kind::Url: return begin_url(element);
      default: return {};
    }
  }

  XmlVerdict text(std::string_view piece) override {
    if (open_.empty() || !holds_text(open_.back())) return {};
    if (text_.size() + piece.size() > kLongestMetalinkText) return wrong("a text is too long");
    text_ += piece;
    return {};
  }

  XmlVerdict end() override {
    const Kind kind = open_.back();
    open_.pop_back();
    switch (kind) {
      case Kind::Size: return take_size(without_white_space(text_));
      case Kind::Hash: return take_digest(without_white_space(text_));
      case Kind::PieceHash: return take_piece(without_white_space(text_));
      case Kind::Url: return take_url(without_white_space(text_));
      case Kind::Pieces: return end_pieces();
      case Kind::File: return end_file();
      case Kind::Document: return end_document();
      default: return {};
    }
  }

  Metalink take() { return std::move(metalink_); }

 private:
  XmlVerdict begin_document(const XmlElement& element) {
    const bool known = element.space() == kVersion4 || element.space() == kVersion3;
    if (!known || element.name() != "metalink") return wrong("it is no Metalink");
    open_.push_back(Kind::Document);
    return {};
  }

  XmlVerdict begin_file(const XmlElement& element) {
    if (metalink_.files.size() >= kMostMetalinkFiles) return wrong("it has too many files");
    MetalinkFile file{.name = value_or_empty(element, "name")};
    if (file.name.empty()) return wrong("a file has no name");
    metalink_.files.push_back(std::move(file));
    return {};
  }

  XmlVerdict begin_digest(const XmlElement& element) {
    const auto algorithm = parse_digest_algorithm(value_or_empty(element, "type"));
    if (!algorithm) return pass_over();
    algorithm_ = *algorithm;
    return {};
  }

  XmlVerdict begin_pieces(const XmlElement& element) {
    const auto algorithm = parse_digest_algorithm(value_or_empty(element, "type"));
    if (!algorithm) return pass_over();
    const auto length = parse_u64(value_or_empty(element, "length"));
    if (!length || *length == 0) return wrong("the pieces have no length");
    pieces_ = {.algorithm = *algorithm, .length = *length};
    return {};
  }

  XmlVerdict begin_url(const XmlElement& element) {
    if (!is_of_use(element)) return pass_over();
    url_ = {.location = country_of(value_or_empty(element, "location")),
            .priority = priority_of_url(element)};
    return {};
  }

  // The element that begins here, with all that it holds.
  XmlVerdict pass_over() {
    open_.back() = Kind::Other;
    return {};
  }

  // Version 3 numbers the pieces.
  XmlVerdict check_order(const XmlElement& element) {
    const auto number = element.attribute("piece");
    if (number && parse_u64(*number) != pieces_.count())
      return wrong("the pieces are out of order");
    return {};
  }

  XmlVerdict take_size(std::string_view text) {
    constexpr std::uint64_t kLargestSize = std::numeric_limits<std::int64_t>::max();
    const auto size = parse_u64(text);
    if (!size || *size > kLargestSize) return wrong("a size is no number of bytes");
    if (file().size && *file().size != *size) return wrong("a file has two sizes");
    file().size = size;
    return {};
  }

  XmlVerdict take_digest(std::string_view text) {
    auto digest = parse_expected_digest(algorithm_, text);
    if (!digest) return wrong("a hash does not have its type's digits");
    auto& digests = file().digests;
    const auto same = std::find_if(digests.begin(), digests.end(), [&](const auto& other) {
      return other.algorithm == digest->algorithm;
    });
    if (same == digests.end()) {
      digests.push_back(*std::move(digest));
    } else if (*same != *digest) {
      return wrong("a file has two hashes of one type");
    }
    return {};
  }

  XmlVerdict take_piece(std::string_view text) {
    const auto digest = parse_hex(text);
    if (!digest || digest->size() != digest_size(pieces_.algorithm)) {
      return wrong("a piece's hash does not have its type's digits");
    }
    pieces_.digests.insert(pieces_.digests.end(), digest->begin(), digest->end());
    return {};
  }

  XmlVerdict take_url(std::string_view text) {
    if (!is_web_address(text)) return {};
    if (++urls_ > kMostMetalinkUrls) return wrong("it has too many URLs");
    url_.url = std::string(text);
    file().urls.push_back(std::move(url_));
    return {};
  }

  XmlVerdict end_pieces() {
    auto& kept = file().pieces;
    if (pieces_.digests.empty()) return {};
    if (!kept || is_stronger(pieces_.algorithm, kept->algorithm)) kept = std::move(pieces_);
    return {};
  }

  XmlVerdict end_file() {
    MetalinkFile& done = file();
    if (done.size && done.pieces && !done.pieces->cover(*done.size)) {
      return wrong("the pieces do not add up to the file's size");
    }
    sort_strongest_first(done.digests);
    std::stable_sort(done.urls.begin(), done.urls.end(),
                     [](const MetalinkUrl& one, const MetalinkUrl& other) {
                       return one.priority < other.priority;
                     });
    return {};
  }

  [[nodiscard]] XmlVerdict end_document() const {
    if (metalink_.files.empty()) return wrong("it describes no file");
    return {};
  }

  MetalinkFile& file() { return metalink_.files.back(); }

  Metalink metalink_;
  std::vector<Kind> open_;  // from the document's element inwards
  std::string text_;        // of the innermost element
  // Of the element that is being read.
  DigestAlgorithm algorithm_ = DigestAlgorithm::Sha256;
  MetalinkUrl url_;
  core::PublishedPieces pieces_;
  std::size_t urls_ = 0;
};

}  // namespace

bool is_metalink_type(std::string_view type) {
  return type == "application/metalink4+xml" || type == "application/metalink+xml";
}

Result<Metalink> parse_metalink(std::string_view document) {
  constexpr XmlPurpose kPurpose{.operation = "read the Metalink", .code = ErrorCode::Usage};
  if (document.size() > kLargestMetalink) {
    return fail({.code = kPurpose.code,
                 .operation = std::string(kPurpose.operation),
                 .subject = "",
                 .cause = "it is larger than 32 MiB"});
  }
  MetalinkReader reader;
  if (auto read = read_xml(document, kPurpose, reader); !read) return fail(std::move(read.error()));
  return reader.take();
}

const MetalinkFile* find_file(const Metalink& metalink, std::string_view path) {
  return find_named(metalink.files, path,
                    [](const MetalinkFile& file) -> const std::string& { return file.name; });
}

}  // namespace xget::formats
