#include "api/proof_files.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "api/document_settings.hpp"
#include "api/option_error.hpp"
#include "base/encoding.hpp"
#include "base/path_parts.hpp"
#include "base/text.hpp"
#include "base/whole_file.hpp"
#include "formats/checksum_file.hpp"
#include "formats/metalink.hpp"
#include "formats/named_file.hpp"
#include "formats/torrent.hpp"

namespace xget::api {
namespace {

constexpr std::size_t kLargestPiecesFile =
    std::max(formats::kLargestTorrent, formats::kLargestMetalink);
constexpr const char* kChecksumFile = "--checksum-file";

using Urls = std::vector<std::string>;

// A file that proves downloads, and the option that named it.
struct ProofFile {
  const char* option;
  std::string path;
  std::string text;

  [[nodiscard]] std::string name() const { return printable(path); }
  [[nodiscard]] tl::unexpected<Error> refuse(const std::string& cause,
                                             std::string remedy = "") const {
    return option_error(option, name() + ": " + cause, std::move(remedy));
  }
  // What a parser says against it.
  [[nodiscard]] tl::unexpected<Error> refuse(const Error& why) const {
    return refuse((why.subject.empty() ? "" : why.subject + ": ") + why.cause, why.remedy);
  }
};

Result<ProofFile> read(const char* option, const std::string& path, std::size_t most_bytes) {
  ProofFile file{option, path, {}};
  auto read = read_whole_file(path, most_bytes);
  if (!read) return file.refuse("cannot be read: " + read.error());
  file.text = std::move(read->text);
  return file;
}

std::string called(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    const std::string last = printable(parts_of(name).name);
    if (!last.empty()) text += (text.empty() ? "" : " or ") + last;
  }
  return text.empty() ? "so" : text;
}

template <typename Find>
auto find_first(const std::vector<std::string>& names, Find find) {
  auto found = find(names.front());
  for (std::size_t i = 1; i < names.size() && found == nullptr; ++i) found = find(names[i]);
  return found;
}

tl::unexpected<Error> no_such_file(const ProofFile& file, const std::vector<std::string>& names) {
  return file.refuse("it describes several files, and not just one is called " + called(names),
                     "-o NAME says which one is meant");
}

// ---- pieces -------------------------------------------------------------------------------

Result<void> take_size(const ProofFile& file, std::uint64_t size, engine::JobSettings& settings) {
  if (settings.size && *settings.size != size) {
    return file.refuse("it is of a file of " + std::to_string(size) + " bytes, and not of " +
                       std::to_string(*settings.size));
  }
  settings.size = size;
  return {};
}

// A torrent of one file has that, whatever it is called. Padding is no file.
const formats::TorrentFile* only_file(const formats::Torrent& torrent) {
  const formats::TorrentFile* only = nullptr;
  for (const formats::TorrentFile& file : torrent.files) {
    if (file.padding) continue;
    if (only != nullptr) return nullptr;
    only = &file;
  }
  return only;
}

Result<Urls> take_torrent(const ProofFile& file, const std::vector<std::string>& names,
                          engine::JobSettings& settings) {
  const auto torrent = formats::parse_torrent(file.text);
  if (!torrent) return file.refuse(torrent.error());
  const formats::TorrentFile* described = only_file(*torrent);
  if (described == nullptr) {
    described = find_first(
        names, [&](const std::string& name) { return formats::find_file(*torrent, name); });
  }
  if (described == nullptr) return no_such_file(file, names);
  auto pieces = formats::pieces_of(*torrent, *described);
  if (pieces.count() == 0 && described->length > 0) {
    return file.refuse("every piece of that file is shared with other files, which it needs too");
  }
  if (auto sized = take_size(file, described->length, settings); !sized) {
    return fail(std::move(sized.error()));
  }
  settings.pieces = std::move(pieces);
  settings.pieces_by = file.name();
  Urls urls;
  urls.reserve(torrent->web_seeds.size());
  for (const std::string& seed : torrent->web_seeds) {
    urls.push_back(formats::web_seed_url(*torrent, seed, *described));
  }
  return urls;
}

Result<Urls> take_metalink(const ProofFile& file, const std::vector<std::string>& names,
                           engine::JobSettings& settings) {
  auto metalink = formats::parse_metalink(file.text);
  if (!metalink) return file.refuse(metalink.error());
  const formats::MetalinkFile* described = metalink->files.size() == 1
                                               ? metalink->files.data()
                                               : find_first(names, [&](const auto& name) {
                                                   return formats::find_file(*metalink, name);
                                                 });
  if (described == nullptr) return no_such_file(file, names);
  if (!described->pieces) {
    return file.refuse("it has no digests of that file's pieces",
                       "a digest of the whole can be given as --checksum");
  }
  if (described->size) {
    if (auto sized = take_size(file, *described->size, settings); !sized) {
      return fail(std::move(sized.error()));
    }
  }
  settings.pieces = described->pieces;
  settings.pieces->resource_size = described->size;
  settings.pieces_by = file.name();
  if (!settings.digest && !described->digests.empty()) {
    settings.digest = described->digests.front();
    settings.digest_by = file.name();
  }
  Urls urls;
  urls.reserve(described->urls.size());
  for (const formats::MetalinkUrl& url : described->urls) urls.push_back(url.url);
  return urls;
}

// A torrent is a dictionary, which begins with a "d"; XML never does.
Result<Urls> take_pieces(const JobSpec& spec, const std::vector<std::string>& names,
                         engine::JobSettings& settings) {
  if (spec.output == "-") {
    return option_error("--pieces", "a wrong piece cannot be called back from standard output",
                        "write to a file, or give a --checksum");
  }
  const auto file = read("--pieces", spec.pieces, kLargestPiecesFile);
  if (!file) return fail(file.error());
  const auto take = file->text.starts_with('d') ? take_torrent : take_metalink;
  return take(*file, names, settings);
}

// ---- lists of checksums -------------------------------------------------------------------

Result<void> take_checksum(const ProofFile& file, std::string_view list_name,
                           const std::vector<std::string>& names, engine::JobSettings& settings) {
  const auto list = formats::parse_checksum_file(file.text, list_name);
  if (!list) return file.refuse(list.error());
  auto digests = list->find(names.front());
  if (!digests || digests->empty()) {
    auto by_output = list->find(names.back());
    if (by_output && !by_output->empty()) digests = std::move(by_output);
  }
  if (!digests) return file.refuse(digests.error());
  if (digests->empty()) {
    return file.refuse("no checksum in it is of a file called " + called(names),
                       "-o NAME says what it is called there; --checksum gives a digest by hand");
  }
  settings.digest = digests->front();
  settings.digest_by = file.name();
  return {};
}

Result<void> take_local_checksum(const JobSpec& spec, const std::vector<std::string>& names,
                                 engine::JobSettings& settings) {
  const auto file = read(kChecksumFile, spec.checksum_file, formats::kLargestChecksumFile);
  if (!file) return fail(file.error());
  return take_checksum(*file, parts_of(spec.checksum_file).name, names, settings);
}

}  // namespace

bool is_fetched(const std::string& checksum_file) {
  return checksum_file.find("://") != std::string::npos;
}

// The URL names the resource; what the user calls the file may be anything.
std::vector<std::string> names_in_proof_files(const JobSpec& spec, const net::Url& url) {
  std::vector<std::string> names{percent_decoded(url.path)};
  if (!spec.output.empty() && spec.output != "-") names.push_back(spec.output);
  return names;
}

Result<std::vector<std::string>> take_proof_files(const JobSpec& spec,
                                                  const std::vector<std::string>& names,
                                                  engine::JobSettings& settings) {
  const bool local_list = !spec.checksum_file.empty() && !is_fetched(spec.checksum_file);
  if (local_list && !settings.digest) {
    if (auto taken = take_local_checksum(spec, names, settings); !taken) {
      return fail(std::move(taken.error()));
    }
  }
  return spec.pieces.empty() ? Urls{} : take_pieces(spec, names, settings);
}

engine::DocumentSettings checksum_document(const Options& options) {
  return document_settings("list of checksums", formats::kLargestChecksumFile, options);
}

Result<void> take_fetched_checksums(std::string_view text, JobRequest& request) {
  const ChecksumListUrl list = *std::exchange(request.checksum_list, std::nullopt);
  const ProofFile file{kChecksumFile, list.name, std::string(text)};
  const std::string list_name = net::decoded_last_path_component(list.source.url);
  return take_checksum(file, list_name, list.called, request.settings);
}

}  // namespace xget::api
