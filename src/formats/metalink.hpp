// Metalinks: what describes files, their digests and the mirrors that have them. Version 4
// (RFC 5854) and version 3 (metalinker.org), told apart by their namespaces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "core/published_pieces.hpp"
#include "formats/mirror.hpp"
#include "xget/error.hpp"

namespace xget::formats {

inline constexpr std::size_t kLargestMetalink = 32 << 20;  // bytes: a terabyte in pieces of 4 MiB
inline constexpr std::size_t kMostMetalinkFiles = 10'000;
inline constexpr std::size_t kMostMetalinkUrls = 100'000;     // in all of its files
inline constexpr std::size_t kLongestMetalinkText = 8 << 10;  // bytes of a URL, a name, a digest

// Whether a media type in lower case, without parameters, says that it is one.
bool is_metalink_type(std::string_view type);

struct MetalinkUrl {
  std::string url;                 // as given; it begins with http: or https:
  std::string location;            // two letters of ISO 3166-1, in lower case; empty: not said
  int priority = kLowestPriority;  // 1 goes first
};

struct MetalinkFile {
  std::string name;  // as given, never empty: it may climb out, be absolute, hold anything
  std::optional<std::uint64_t> size;            // bytes, at most 2^63-1
  std::vector<ExpectedDigest> digests;          // of the whole file, the strongest first
  std::optional<core::PublishedPieces> pieces;  // they cover the size, where one is given
  // By priority, in the document's order where that is equal; a version 3 preference of 100 is
  // priority 1, and of 1 is 100. May be empty: other protocols, torrents among them, are left out.
  std::vector<MetalinkUrl> urls;
};

struct Metalink {
  std::vector<MetalinkFile> files;  // at least one
};

// The one that `path` means (named_file.hpp). nullptr: none, or several.
const MetalinkFile* find_file(const Metalink& metalink, std::string_view path);

// Digests by algorithms that xget does not know are left out, and of several lists of pieces all
// but the strongest. What is malformed or contradicts itself is refused. Fails with Usage: what is
// wrong and in which line.
Result<Metalink> parse_metalink(std::string_view document);

}  // namespace xget::formats
