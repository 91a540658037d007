// Metalinks: whatever the document, what is read is within its bounds and usable as it stands, and
// means the same when it is written out again; what is refused is told in one printable line.
#include <string>

#include "base/text.hpp"
#include "formats/metalink.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using formats::Metalink;
using formats::MetalinkFile;
using fuzz::require;

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    // As a number even what only an attribute would change: a line break in it, say.
    const bool plain =
        static_cast<unsigned char>(c) > ' ' && std::string("<>&\"'").find(c) == std::string::npos;
    out += plain ? std::string(1, c) : "&#" + std::to_string(static_cast<unsigned char>(c)) + ";";
  }
  return out;
}

std::string written(const core::PublishedPieces& pieces) {
  std::string text = "<pieces length='" + std::to_string(pieces.length) + "' type='" +
                     to_string(pieces.algorithm) + "'>";
  for (std::size_t i = 0; i < pieces.count(); ++i) {
    text += "<hash>" + to_hex(pieces.digest(i)) + "</hash>";
  }
  return text + "</pieces>";
}

std::string written(const MetalinkFile& file) {
  std::string text = "<file name='" + escaped(file.name) + "'>";
  if (file.size) text += "<size>" + std::to_string(*file.size) + "</size>";
  for (const ExpectedDigest& digest : file.digests) {
    text +=
        "<hash type='" + std::string(to_string(digest.algorithm)) + "'>" + digest.hex + "</hash>";
  }
  if (file.pieces) text += written(*file.pieces);
  for (const formats::MetalinkUrl& url : file.urls) {
    text += "<url location='" + url.location + "' priority='" + std::to_string(url.priority) +
            "'>" + escaped(url.url) + "</url>";
  }
  return text + "</file>";
}

std::string written(const Metalink& metalink) {
  std::string text = "<metalink xmlns='urn:ietf:params:xml:ns:metalink'>";
  for (const MetalinkFile& file : metalink.files) text += written(file);
  return text + "</metalink>";
}

void check_file(const MetalinkFile& file) {
  require(!file.name.empty(), "a file has a name");
  require(!file.size || *file.size <= (1ULL << 63) - 1, "a size fits a file");
  for (std::size_t i = 0; i < file.digests.size(); ++i) {
    const ExpectedDigest& digest = file.digests[i];
    require(parse_expected_digest(digest.algorithm, digest.hex) == digest, "a digest is whole");
    require(i == 0 || is_stronger(file.digests[i - 1].algorithm, digest.algorithm),
            "digests go from the strongest, one of each kind");
  }
  if (file.pieces) {
    require(file.pieces->length > 0 && file.pieces->count() > 0, "pieces have bytes and digests");
    require(file.pieces->digests.size() % digest_size(file.pieces->algorithm) == 0,
            "no piece's digest is cut");
    require(!file.size || file.pieces->cover(*file.size), "pieces cover the size");
  }
  int priority = 1;
  for (const formats::MetalinkUrl& url : file.urls) {
    require(equals_ignoring_case(std::string_view(url.url).substr(0, 4), "http"), "it is for HTTP");
    require(url.priority >= priority && url.priority <= formats::kLowestPriority,
            "URLs go by priority");
    require(url.location.empty() || url.location.size() == 2, "a location is a country");
    priority = url.priority;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto metalink = formats::parse_metalink(fuzz::FuzzInput(data, size).rest());
  if (!metalink) {
    require(metalink.error().code == ErrorCode::Usage, "a wrong document is the user's to correct");
    require(!metalink.error().cause.empty(), "a refusal says why");
    const std::string text = to_string(metalink.error());
    require(printable(text) == text, "an error is one printable line");
    return 0;
  }
  require(!metalink->files.empty(), "it describes a file");
  for (const MetalinkFile& file : metalink->files) check_file(file);
  const std::string text = written(*metalink);
  const auto again = formats::parse_metalink(text);
  require(again && written(*again) == text, "written out it means the same");
  return 0;
}
