#include "store/sidecar.hpp"

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "base/secrets.hpp"
#include "core/piece_length.hpp"

namespace xget::store {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDigestOpen = R"({"digest":")";
constexpr std::string_view kDigestClose = R"(",)";
constexpr std::size_t kDigestDigits = 32;
constexpr std::size_t kCoveredFrom = kDigestOpen.size() + kDigestDigits + kDigestClose.size();
// The numbers in a piece's entry are three deep; what nests deeper is not a sidecar.
constexpr int kMaxDepth = 3;
constexpr std::size_t kMembers = 11;  // with the digest, without server_digest
constexpr const char* kServerDigest = "server_digest";
constexpr const char* kMarkDigest = "digest";
constexpr const char* kMarkUrl = "url_digest";
constexpr std::size_t kValidatorMembers = 5;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

// Bytes ↔ JSON text, byte N as the character U+00NN: any byte survives, ASCII stays readable.
std::string to_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xc0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3f));
    }
  }
  return text;
}

std::optional<std::string> from_text(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes += text[i];
    } else if ((lead == 0xc2 || lead == 0xc3) && i + 1 < text.size()) {
      bytes += static_cast<char>((lead & 0x03) << 6 | (text[++i] & 0x3f));
    } else {
      return std::nullopt;
    }
  }
  return bytes;
}

// ASCII alone, so that no terminal obeys what a server sent when the document is looked at.
std::string dump(const Json& json) { return json.dump(-1, ' ', true); }

// Reads members strictly: the first that is missing or of another type fails the whole.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}

  bool number(const char* name, std::uint64_t& value) const {
    const Json* member = find(name);
    if (member == nullptr || !member->is_number_unsigned()) return false;
    value = member->get<std::uint64_t>();
    return true;
  }
  bool flag(const char* name, bool& value) const {
    const Json* member = find(name);
    if (member == nullptr || !member->is_boolean()) return false;
    value = member->get<bool>();
    return true;
  }
  bool bytes(const char* name, std::string& value) const {
    const Json* member = find(name);
    if (member == nullptr || !member->is_string()) return false;
    auto decoded = from_text(member->get_ref<const std::string&>());
    if (!decoded) return false;
    value = std::move(*decoded);
    return true;
  }
  const Json* array(const char* name) const {
    const Json* member = find(name);
    return member != nullptr && member->is_array() ? member : nullptr;
  }
  const Json* object(const char* name) const {
    const Json* member = find(name);
    return member != nullptr && member->is_object() ? member : nullptr;
  }

 private:
  const Json* find(const char* name) const {
    const auto member = object_.find(name);
    return member == object_.end() ? nullptr : &*member;
  }

  const Json& object_;
};

// Never throws; what nests too deep is dropped while it is read, so it costs no memory.
Json parse_shallow(std::string_view text) {
  const auto shallow = [](int depth, Json::parse_event_t, const Json&) {
    return depth <= kMaxDepth;
  };
  return Json::parse(text, shallow, false);
}

tl::unexpected<Error> refused(std::string cause) {
  Error error;
  error.code = ErrorCode::Disk;
  error.operation = "read the sidecar";
  error.cause = std::move(cause);
  return fail(std::move(error));
}

tl::unexpected<Error> garbled() { return refused("it is torn or garbled"); }

std::optional<PieceDigest> read_digest(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  return parse_piece_digest(value.get_ref<const std::string&>());
}

bool read_validators(const Json& object, core::Validators& validators) {
  const Reader reader(object);
  return object.size() == kValidatorMembers &&
         reader.bytes("strong_etag", validators.strong_etag) &&
         reader.bytes("weak_etag", validators.weak_etag) &&
         reader.bytes("last_modified", validators.last_modified) &&
         reader.flag("last_modified_is_strong", validators.last_modified_is_strong) &&
         reader.bytes("resource", validators.resource);
}

bool sound_geometry(const Sidecar& sidecar) {
  return sidecar.size <= (1ULL << 63) && std::has_single_bit(sidecar.piece_length) &&
         sidecar.piece_length >= core::kMinPieceLength && sidecar.piece_length <= (1ULL << 62);
}

std::uint64_t piece_count(const Sidecar& sidecar) {
  return sidecar.size / sidecar.piece_length + (sidecar.size % sidecar.piece_length != 0 ? 1 : 0);
}

bool read_pieces(const Json& list, Sidecar& sidecar) {
  for (const Json& entry : list) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_number_unsigned()) return false;
    const auto index = entry[0].get<std::uint64_t>();
    const auto digest = read_digest(entry[1]);
    const bool ascends = sidecar.pieces.empty() || sidecar.pieces.rbegin()->first < index;
    if (!digest || !ascends || index >= piece_count(sidecar)) return false;
    sidecar.pieces.emplace_hint(sidecar.pieces.end(), index, *digest);
  }
  return true;
}

bool read_runs(const Json& list, Sidecar& sidecar) {
  if (list.size() > kMaxSidecarRuns) return false;
  std::uint64_t free_from = 0;
  for (const Json& entry : list) {
    if (!entry.is_array() || entry.size() != 3) return false;
    if (!entry[0].is_number_unsigned() || !entry[1].is_number_unsigned()) return false;
    const ByteRange range{entry[0].get<std::uint64_t>(), entry[1].get<std::uint64_t>()};
    const auto digest = read_digest(entry[2]);
    if (!digest || range.empty() || range.begin < free_from || range.end > sidecar.size)
      return false;
    const std::uint64_t piece = range.begin / sidecar.piece_length;
    if (piece != (range.end - 1) / sidecar.piece_length) return false;
    if (sidecar.pieces.contains(piece)) return false;
    free_from = range.end;
    sidecar.runs.push_back({range, *digest});
  }
  return true;
}

std::string digest_text(const ExpectedDigest& digest) {
  return std::string(to_string(digest.algorithm)) + ":" + digest.hex;
}

// A member that may be missing.
bool read_digest(const Json& object, const char* name, std::optional<ExpectedDigest>& digest) {
  if (!object.contains(name)) return true;
  std::string text;
  if (!Reader(object).bytes(name, text)) return false;
  const auto colon = text.find(':');
  const auto algorithm = parse_digest_algorithm(text.substr(0, colon));
  if (colon == std::string::npos || !algorithm) return false;
  digest = parse_expected_digest(*algorithm, text.substr(colon + 1));
  return digest.has_value();
}

bool read_members(const Json& document, Sidecar& sidecar) {
  const Reader reader(document);
  if (!read_digest(document, kServerDigest, sidecar.server_digest)) return false;
  const bool simple = document.size() == kMembers + (sidecar.server_digest ? 1 : 0) &&
                      reader.number("generation", sidecar.generation) &&
                      reader.number("size", sidecar.size) &&
                      reader.number("piece_length", sidecar.piece_length) &&
                      reader.number("inode", sidecar.inode) && reader.bytes("url", sidecar.url) &&
                      reader.flag("committing", sidecar.committing);
  if (!simple || !sound_geometry(sidecar)) return false;
  const Json* validators = reader.object("validators");
  const Json* pieces = reader.array("pieces");
  const Json* runs = reader.array("runs");
  return validators != nullptr && pieces != nullptr && runs != nullptr &&
         read_validators(*validators, sidecar.validators) && read_pieces(*pieces, sidecar) &&
         read_runs(*runs, sidecar);
}

Json to_json(const core::Validators& validators) {
  return {{"strong_etag", to_text(validators.strong_etag)},
          {"weak_etag", to_text(validators.weak_etag)},
          {"last_modified", to_text(validators.last_modified)},
          {"last_modified_is_strong", validators.last_modified_is_strong},
          {"resource", to_text(validators.resource)}};
}

// The two long lists are written without a document in memory: there are many checkpoints, and
// some 14,000 pieces cost milliseconds each that way.
void append_pieces(std::string& text, const Sidecar& sidecar) {
  constexpr std::size_t kUsualEntry = 45;
  text.reserve(text.size() + sidecar.pieces.size() * kUsualEntry);
  text += R"("pieces":[)";
  const char* separator = "";
  for (const auto& [index, digest] : sidecar.pieces) {
    text.append(separator).append("[").append(std::to_string(index)).append(",\"");
    append_hex(text, digest);
    text += "\"]";
    separator = ",";
  }
  text += ']';
}

void append_runs(std::string& text, const Sidecar& sidecar) {
  text += R"("runs":[)";
  const char* separator = "";
  for (const Run& run :
       std::span(sidecar.runs).first(std::min(sidecar.runs.size(), kMaxSidecarRuns))) {
    text.append(separator).append("[").append(std::to_string(run.range.begin)).append(",");
    text.append(std::to_string(run.range.end)).append(",\"");
    append_hex(text, run.digest);
    text += "\"]";
    separator = ",";
  }
  text += ']';
}

}  // namespace

RangeSet Sidecar::claimed() const {
  RangeSet claims;
  for (const auto& [index, digest] : pieces) {
    const std::uint64_t begin = index * piece_length;
    claims.add({begin, std::min(size, begin + piece_length)});
  }
  for (const Run& run : runs) claims.add(run.range);
  return claims;
}

std::string serialise(const Sidecar& sidecar) {
  Json head = {{"schema", Sidecar::kSchema},
               {"generation", sidecar.generation},
               {"size", sidecar.size},
               {"piece_length", sidecar.piece_length},
               {"inode", sidecar.inode},
               {"url", to_text(sidecar.url)},
               {"validators", to_json(sidecar.validators)},
               {"committing", sidecar.committing}};
  if (sidecar.server_digest) head[kServerDigest] = digest_text(*sidecar.server_digest);
  std::string covered = dump(head).substr(1);
  covered.back() = ',';
  append_pieces(covered, sidecar);
  covered += ',';
  append_runs(covered, sidecar);
  covered += "}\n";
  std::string text;
  text.reserve(kCoveredFrom + covered.size());
  text += kDigestOpen;
  text += to_hex(piece_digest(bytes_of(covered)));
  text += kDigestClose;
  text += covered;
  return text;
}

Result<Sidecar> parse_sidecar(std::string_view document) {
  if (document.size() > kMaxSidecarBytes) return refused("it is too large to be one of xget's");
  if (document.size() <= kCoveredFrom || !document.starts_with(kDigestOpen)) return garbled();
  const auto digest = parse_piece_digest(document.substr(kDigestOpen.size(), kDigestDigits));
  const std::string_view close =
      document.substr(kCoveredFrom - kDigestClose.size(), kDigestClose.size());
  if (close != kDigestClose || !digest) return garbled();
  if (piece_digest(bytes_of(document.substr(kCoveredFrom))) != *digest) return garbled();

  const Json json = parse_shallow(document);
  if (!json.is_object()) return garbled();
  std::uint64_t schema = 0;
  if (!Reader(json).number("schema", schema) || schema == 0) return garbled();
  if (schema > Sidecar::kSchema) {
    return refused("it was written by a newer xget (schema " + std::to_string(schema) + ")");
  }
  Sidecar sidecar;
  if (!read_members(json, sidecar)) return garbled();
  return sidecar;
}

std::string serialise(const OriginMark& mark) {
  const core::Validators& validators = mark.validators;
  const bool strong_date = validators.last_modified_is_strong;
  Json document = {{"size", mark.size},
                   {"mtime_ns", mark.mtime_ns},
                   {"strong_etag", to_text(validators.strong_etag)},
                   {"last_modified", to_text(strong_date ? validators.last_modified : "")},
                   {"resource", to_text(validators.resource)}};
  if (mark.digest) document[kMarkDigest] = digest_text(*mark.digest);
  if (!mark.url_digest.empty()) document[kMarkUrl] = mark.url_digest;
  return dump(document);
}

std::optional<OriginMark> parse_origin_mark(std::string_view document) {
  const Json json = parse_shallow(document);
  if (!json.is_object()) return std::nullopt;
  const Reader reader(json);
  OriginMark mark;
  core::Validators& validators = mark.validators;
  const bool sound =
      reader.number("size", mark.size) && reader.bytes("strong_etag", validators.strong_etag) &&
      reader.bytes("last_modified", validators.last_modified) &&
      reader.bytes("resource", validators.resource) && read_digest(json, kMarkDigest, mark.digest);
  validators.last_modified_is_strong = !validators.last_modified.empty();
  const auto mtime = json.find("mtime_ns");
  if (!sound || mtime == json.end() || !mtime->is_number_integer()) return std::nullopt;
  mark.mtime_ns = mtime->get<std::int64_t>();
  if (json.contains(kMarkUrl) && !reader.bytes(kMarkUrl, mark.url_digest)) return std::nullopt;
  return mark;
}

std::string digest_of_url(std::string_view url_without_secrets) {
  if (url_without_secrets.find(kHiddenSecret) != std::string_view::npos) return "";
  const auto digester = Digester::create(DigestAlgorithm::Sha256);
  if (digester == nullptr || url_without_secrets.empty()) return "";
  digester->update(bytes_of(url_without_secrets));
  return digester->finish_hex();
}

}  // namespace xget::store
