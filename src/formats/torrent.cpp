#include "formats/torrent.hpp"

#include <limits>
#include <optional>
#include <span>
#include <tl/expected.hpp>
#include <utility>

#include "base/encoding.hpp"
#include "formats/bencode.hpp"
#include "formats/mirror.hpp"
#include "formats/named_file.hpp"

namespace xget::formats {
namespace {

constexpr std::uint64_t kLargestSize = std::numeric_limits<std::int64_t>::max();

using Verdict = tl::expected<void, const char*>;  // or what is wrong

tl::unexpected<const char*> wrong(const char* cause) { return tl::unexpected<const char*>(cause); }

tl::unexpected<Error> torrent_error(std::string cause) {
  return fail({.code = ErrorCode::Usage,
               .operation = "read the torrent",
               .subject = "",
               .cause = std::move(cause)});
}

std::optional<std::uint64_t> length_in(const BencodeValue& dictionary, std::string_view key) {
  const BencodeValue* value = dictionary.find(key);
  const auto number = value == nullptr ? std::nullopt : value->number();
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

// Empty: there is no such text.
std::string_view bytes_in(const BencodeValue& dictionary, std::string_view key) {
  const BencodeValue* value = dictionary.find(key);
  return value == nullptr ? std::string_view() : value->bytes().value_or(std::string_view());
}

class TorrentReader {
 public:
  explicit TorrentReader(const BencodeValue& root) : root_(root) {}

  tl::expected<Torrent, const char*> read() {
    const BencodeValue* info = root_.find("info");
    if (info == nullptr) return wrong("it is no torrent");
    for (const auto step :
         {&TorrentReader::read_name, &TorrentReader::read_files, &TorrentReader::read_pieces}) {
      if (auto done = (this->*step)(*info); !done) return wrong(done.error());
    }
    read_web_seeds();
    return std::move(torrent_);
  }

 private:
  Verdict read_name(const BencodeValue& info) {
    const auto name = bytes_in(info, "name");
    if (name.empty()) return wrong("it has no name");
    if (name.size() > kLongestTorrentName) return wrong("a name is too long");
    torrent_.name = std::string(name);
    return {};
  }

  Verdict read_files(const BencodeValue& info) {
    const BencodeValue* files = info.find("files");
    const bool one_file = info.find("length") != nullptr;
    if (files == nullptr && !one_file && info.find("file tree") != nullptr) {
      return wrong("it is of version 2 alone, which has other pieces");
    }
    if ((files != nullptr) == one_file) return wrong("it has neither one file nor several");
    if (one_file) return add_file(info, {torrent_.name});
    torrent_.folder = true;
    if (files->list() == nullptr || files->list()->empty()) return wrong("it has no files");
    if (files->list()->size() > kMostTorrentFiles) return wrong("it has too many files");
    for (const BencodeValue& file : *files->list()) {
      auto path = path_of(file);
      if (!path) return wrong(path.error());
      if (auto added = add_file(file, *std::move(path)); !added) return added;
    }
    return {};
  }

  static tl::expected<std::vector<std::string>, const char*> path_of(const BencodeValue& file) {
    const BencodeValue* path = file.find("path");
    if (path == nullptr || path->list() == nullptr || path->list()->empty()) {
      return wrong("a file has no path");
    }
    if (path->list()->size() > kDeepestTorrentPath) return wrong("a path is too deep");
    std::vector<std::string> components;
    for (const BencodeValue& component : *path->list()) {
      const auto name = component.bytes();
      if (!name || name->empty()) return wrong("a file has no name");
      if (name->size() > kLongestTorrentName) return wrong("a name is too long");
      components.emplace_back(*name);
    }
    return components;
  }

  Verdict add_file(const BencodeValue& file, std::vector<std::string> path) {
    const auto length = length_in(file, "length");
    if (!length) return wrong("a file has no length");
    if (*length > kLargestSize - torrent_.size) return wrong("its files are too large");
    const bool padding = bytes_in(file, "attr").find('p') != std::string_view::npos;
    torrent_.files.push_back({std::move(path), torrent_.size, *length, padding});
    torrent_.size += *length;
    return {};
  }

  Verdict read_pieces(const BencodeValue& info) {
    core::PublishedPieces& pieces = torrent_.pieces;
    pieces.algorithm = DigestAlgorithm::Sha1;
    pieces.length = length_in(info, "piece length").value_or(0);
    const auto digests = std::as_bytes(std::span(bytes_in(info, "pieces")));
    if (pieces.length == 0) return wrong("its pieces have no length");
    if (digests.size() % digest_size(pieces.algorithm) != 0) return wrong("a piece is cut short");
    pieces.digests.assign(digests.begin(), digests.end());
    if (!pieces.cover(torrent_.size)) return wrong("its pieces do not add up to its size");
    return {};
  }

  // One URL, or a list of them. Those of other protocols, and what is none, are left out.
  void read_web_seeds() {
    const BencodeValue* seeds = root_.find("url-list");
    if (seeds == nullptr) return;
    if (const auto seed = seeds->bytes()) add_web_seed(*seed);
    if (seeds->list() == nullptr) return;
    for (const BencodeValue& seed : *seeds->list()) {
      if (torrent_.web_seeds.size() == kMostWebSeeds) return;
      add_web_seed(seed.bytes().value_or(std::string_view()));
    }
  }

  void add_web_seed(std::string_view seed) {
    if (seed.size() > kLongestWebSeed || !is_web_address(seed)) return;
    torrent_.web_seeds.emplace_back(seed);
  }

  const BencodeValue& root_;
  Torrent torrent_;
};

}  // namespace

Result<Torrent> parse_torrent(std::string_view text) {
  if (text.size() > kLargestTorrent) return torrent_error("it is larger than 32 MiB");
  const auto root = parse_bencode(text);
  if (!root) return fail(root.error());
  auto torrent = TorrentReader(*root).read();
  if (!torrent) return torrent_error(torrent.error());
  return *std::move(torrent);
}

const TorrentFile* find_file(const Torrent& torrent, std::string_view path) {
  return find_named(torrent.files, path, [&torrent](const TorrentFile& file) {
    if (file.padding) return std::string();
    std::string name = torrent.folder ? torrent.name : std::string();
    for (const std::string& component : file.path) {
      if (!name.empty()) name += '/';
      name += component;
    }
    return name;
  });
}

core::PublishedPieces pieces_of(const Torrent& torrent, const TorrentFile& file) {
  const core::PublishedPieces& all = torrent.pieces;
  const std::uint64_t file_end = file.offset + file.length;
  const std::uint64_t first = file.offset / all.length + (file.offset % all.length != 0 ? 1 : 0);
  const std::uint64_t end = file_end == torrent.size ? all.count() : file_end / all.length;
  core::PublishedPieces own{.algorithm = all.algorithm, .length = all.length};
  own.begin = first * all.length - file.offset;
  own.resource_size = file.length;
  for (std::uint64_t index = first; index < end; ++index) {
    const auto digest = all.digest(static_cast<std::size_t>(index));
    own.digests.insert(own.digests.end(), digest.begin(), digest.end());
  }
  if (own.count() == 0) own.begin = 0;
  return own;
}

std::string web_seed_url(const Torrent& torrent, std::string_view seed, const TorrentFile& file) {
  std::string url(seed);
  if (!torrent.folder && !url.ends_with('/')) return url;
  if (!url.ends_with('/')) url += '/';
  url += percent_encoded(torrent.name);
  if (!torrent.folder) return url;
  for (const std::string& component : file.path) url += "/" + percent_encoded(component);
  return url;
}

}  // namespace xget::formats
