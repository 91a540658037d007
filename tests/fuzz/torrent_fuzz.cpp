// Torrents: whatever the bytes, what is read is within its bounds, adds up, and means the same when
// it is written out again.
#include <string>

#include "base/text.hpp"
#include "formats/mirror.hpp"
#include "formats/torrent.hpp"
#include "fuzz/fuzz_input.hpp"

using namespace xget;
using formats::Torrent;
using fuzz::require;

namespace {

std::string text(std::string_view bytes) {
  return std::to_string(bytes.size()) + ":" + std::string(bytes);
}
std::string number(std::uint64_t value) { return "i" + std::to_string(value) + "e"; }

std::string written(const formats::TorrentFile& file) {
  std::string path;
  for (const std::string& component : file.path) path += text(component);
  return "d4:attr" + text(file.padding ? "p" : "") + "6:length" + number(file.length) + "4:pathl" +
         path + "ee";
}

std::string written(const Torrent& torrent) {
  const auto& pieces = torrent.pieces;
  const std::string_view digests(reinterpret_cast<const char*>(pieces.digests.data()),
                                 pieces.digests.size());
  std::string info;
  if (torrent.folder) {
    for (const auto& file : torrent.files) info += written(file);
    info = "5:filesl" + info + "e";
  } else {
    info = "4:attr" + text(torrent.files.front().padding ? "p" : "") + "6:length" +
           number(torrent.size);
  }
  info += "4:name" + text(torrent.name) + "12:piece length" + number(pieces.length) + "6:pieces" +
          text(digests);
  std::string seeds;
  for (const std::string& seed : torrent.web_seeds) seeds += text(seed);
  return "d4:infod" + info + "e8:url-listl" + seeds + "ee";
}

void check(const Torrent& torrent) {
  require(!torrent.name.empty() && !torrent.files.empty(), "there is something with a name");
  std::uint64_t offset = 0;
  for (const auto& file : torrent.files) {
    require(file.offset == offset, "files lie one after the other");
    require(!file.path.empty() && file.path.size() <= formats::kDeepestTorrentPath,
            "a file has a path");
    for (const std::string& component : file.path) {
      require(!component.empty() && component.size() <= formats::kLongestTorrentName,
              "each part of it has a name");
    }
    offset += file.length;
  }
  const auto& last = torrent.files.back();
  const auto own = formats::pieces_of(torrent, last);
  require(own.fit(last.length) && own.covered(last.length).end <= last.length,
          "a file's own pieces lie in it");
  require(offset == torrent.size && torrent.size <= (1ULL << 63) - 1, "the files are the size");
  require(torrent.pieces.cover(torrent.size), "the pieces cover the size");
  require(torrent.web_seeds.size() <= formats::kMostWebSeeds, "the bound on web seeds holds");
  for (const std::string& seed : torrent.web_seeds) {
    const std::string url = web_seed_url(torrent, seed, torrent.files.back());
    require(url.starts_with(seed) && formats::is_web_address(url), "a web seed stays where it is");
    require(url.find_first_of("?# \r\n\\", seed.size()) == std::string::npos,
            "names are encoded in it");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto torrent = formats::parse_torrent(fuzz::FuzzInput(data, size).rest());
  if (!torrent) {
    require(torrent.error().code == ErrorCode::Usage && !torrent.error().cause.empty(),
            "a refusal says why");
    const std::string text = to_string(torrent.error());
    require(printable(text) == text, "an error is one printable line");
    return 0;
  }
  check(*torrent);
  const std::string text = written(*torrent);
  const auto again = formats::parse_torrent(text);
  require(again && written(*again) == text, "written out it means the same");
  return 0;
}
