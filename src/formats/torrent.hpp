// Torrents (BEP 3) as lists of piece digests: what the files are called, how long they are, the
// SHA-1 of each piece, and the web seeds (BEP 19), which are mirrors. No peer, tracker or DHT.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/published_pieces.hpp"
#include "xget/error.hpp"

namespace xget::formats {

inline constexpr std::size_t kLargestTorrent = 32 << 20;  // bytes
inline constexpr std::size_t kMostTorrentFiles = 100'000;
inline constexpr std::size_t kDeepestTorrentPath = 64;    // components
inline constexpr std::size_t kLongestTorrentName = 4096;  // bytes of a component
inline constexpr std::size_t kMostWebSeeds = 1'000;
inline constexpr std::size_t kLongestWebSeed = 8 << 10;  // bytes

struct TorrentFile {
  // From the torrent's folder inwards, never empty; the name alone if there is no folder. Any
  // component may be "..", hold slashes, anything: none is safe.
  std::vector<std::string> path;
  std::uint64_t offset = 0;  // of its first byte among those of all files, one after the other
  std::uint64_t length = 0;  // bytes
  bool padding = false;      // zeros that only align what follows (BEP 47)
};

struct Torrent {
  std::string name;                // of the file or the folder; as given, likewise not safe
  bool folder = false;             // the files lie in a folder of that name
  std::uint64_t size = 0;          // bytes of all files, at most 2^63-1
  core::PublishedPieces pieces;    // of the files' bytes one after the other; they cover the size
  std::vector<TorrentFile> files;  // at least one
  std::vector<std::string> web_seeds;  // URLs as given; see web_seed_url
};

// Fails with Usage: what is wrong, and at which byte where that can be told. A torrent of version 2
// alone (BEP 52) is refused: it has other pieces.
Result<Torrent> parse_torrent(std::string_view text);

// The one that `path` means (named_file.hpp). nullptr: none, or several.
const TorrentFile* find_file(const Torrent& torrent, std::string_view path);

// The pieces that are this file's alone. What it shares with its neighbours is left out.
core::PublishedPieces pieces_of(const Torrent& torrent, const TorrentFile& file);

// Where a web seed has this file of the torrent, by BEP 19: a seed for many files, or one that ends
// with a slash, is the folder that the torrent's name lies in. Names are percent-encoded.
std::string web_seed_url(const Torrent& torrent, std::string_view seed, const TorrentFile& file);

}  // namespace xget::formats
